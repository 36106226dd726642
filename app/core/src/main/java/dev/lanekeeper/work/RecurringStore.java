package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent.RawHeader;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes {@code recurring_job}: when each job that recurs is due next, and what is stored then. */
public final class RecurringStore {

    /** The job of the time before waits for its time, for its turn, or for a retry. */
    static final String UNFINISHED = """
            (EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = r.last_item)
             OR EXISTS (SELECT FROM lanekeeper.scheduled_job AS j WHERE j.job_id = r.last_item)
             OR EXISTS (SELECT
                          FROM lanekeeper.work_item AS w
                          JOIN lanekeeper.lane_item AS i USING (item_id)
                         WHERE w.scheduled_id = r.last_item))""";

    /** In the order in which a mover enters them; nobody but who has the timer's lock writes what was stored last. */
    private static final String LOCK_DUE = """
            SELECT r.recurring_id, r.handler_id, h.name AS handler, h.lane_group, r.cron, r.zone, r.next_at, r.resource, r.payload,
                   r.headers, r.label, r.priority, r.unique_rule, r.unique_key, %s AS unfinished
              FROM lanekeeper.recurring_job AS r
              JOIN lanekeeper.handler AS h USING (handler_id)
             WHERE r.recurring_id = ANY (?::bigint[]) AND r.next_at <= ? AND r.paused_at IS NULL
             ORDER BY r.handler_id, r.name
               FOR UPDATE OF r
            """.formatted(UNFINISHED);

    private final Database database;
    private final Clock clock;

    public RecurringStore(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** What recurs by now. */
    public record Recurs(long recurringId, Instant nextAt) {}

    /** Enters the one that a handler says. */
    public void recur(int handlerId, Recurrence recurrence) {
        recur(new NewRecurring(
                NewRecurring.DECLARED,
                recurrence,
                new NewJob(handlerId, "", null, null, List.of(), null, clock.instant(), null, null, null)));
    }

    /**
     * Enters when a job recurs, and what it is given; if its times are those that were known, the time that it is due next stays,
     * even one that has passed. What was enqueued before the one that is known changes nothing.
     */
    public Recurs recur(NewRecurring recurring) {
        return enter(recurring).orElseGet(() -> known(recurring));
    }

    private Optional<Recurs> enter(NewRecurring recurring) {
        var job = recurring.job();
        var claim = job.claim();
        return database.sql("""
                        INSERT INTO lanekeeper.recurring_job AS r (
                               handler_id, name, cron, zone, next_at, resource, payload, headers, label, priority, unique_rule,
                               unique_key, entry_id)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                                coalesce(?::bigint, nextval(pg_get_serial_sequence('lanekeeper.outbox_entry', 'entry_id'))))
                            ON CONFLICT (handler_id, name) DO UPDATE
                           SET next_at = CASE WHEN (r.cron, r.zone) = (excluded.cron, excluded.zone)
                                              THEN r.next_at
                                              ELSE excluded.next_at
                                         END,
                               cron = excluded.cron, zone = excluded.zone, resource = excluded.resource,
                               payload = excluded.payload, headers = excluded.headers, label = excluded.label,
                               priority = excluded.priority, unique_rule = excluded.unique_rule,
                               unique_key = excluded.unique_key, entry_id = excluded.entry_id
                         WHERE r.entry_id IS NULL OR r.entry_id <= excluded.entry_id
                        RETURNING recurring_id, next_at
                        """)
                .param(job.handlerId())
                .param(Texts.indexable(recurring.name()))
                .param(recurring.when().cron())
                .param(recurring.when().zone())
                .param(Database.timestamp(recurring.when().after(clock.instant())))
                .param(Texts.safe(job.resource()))
                .param(job.payload())
                .param(Headers.encode(job.headers()))
                .param(Texts.safe(job.label()))
                .param(job.priority())
                .param(claim == null ? null : claim.rule().json())
                .param(claim == null ? null : Texts.safe(claim.key()))
                .param(job.entryId())
                .query(RecurringStore::recurs)
                .optional();
    }

    private Recurs known(NewRecurring recurring) {
        return database.sql("""
                        SELECT recurring_id, next_at FROM lanekeeper.recurring_job WHERE handler_id = ? AND name = ?
                        """)
                .param(recurring.job().handlerId())
                .param(Texts.indexable(recurring.name()))
                .query(RecurringStore::recurs)
                .single();
    }

    private static Recurs recurs(ResultSet row, int number) throws SQLException {
        return new Recurs(
                row.getLong("recurring_id"),
                row.getObject("next_at", OffsetDateTime.class).toInstant());
    }

    /** The handler says no more that it recurs. */
    public void end(int handlerId) {
        database.sql("DELETE FROM lanekeeper.recurring_job WHERE handler_id = ? AND name = ''")
                .param(handlerId)
                .update();
    }

    /** A job whose time has come. */
    record Due(long recurringId, NewJob job, Recurrence recurrence, boolean unfinished) {}

    /** Those whose time has come, the one that is due first first; locks nothing, since keys come before them. */
    List<Long> due(Instant now, int most) {
        return database.sql("""
                        SELECT recurring_id
                          FROM lanekeeper.recurring_job
                         WHERE next_at <= ? AND paused_at IS NULL
                         ORDER BY next_at, recurring_id
                         LIMIT ?
                        """)
                .param(Database.timestamp(now))
                .param(most)
                .query(Long.class)
                .list();
    }

    /** The locks that they claim, as far as they claim any. */
    List<UUID> digests(List<Long> recurringIds) {
        return database.sql("""
                        SELECT h.name AS handler, r.unique_rule, r.unique_key
                          FROM lanekeeper.recurring_job AS r
                          JOIN lanekeeper.handler AS h USING (handler_id)
                         WHERE r.recurring_id = ANY (?::bigint[]) AND r.unique_key IS NOT NULL
                        """)
                .param(ids(recurringIds))
                .query((row, n) -> Objects.requireNonNull(claim(row)).digest())
                .list();
    }

    /** Those of these whose time still has come, locked, the one that is due first first. */
    List<Due> lock(List<Long> recurringIds, Instant now) {
        return lock(recurringIds, now, row -> job(row, Headers.decode(row.getBytes("headers")), claim(row), null));
    }

    /** The same of one whose job cannot be stored: what is stored in its place claims nothing, and fails with the error. */
    List<Due> lockFailing(long recurringId, Instant now, String error) {
        return lock(List.of(recurringId), now, row -> job(row, List.of(), null, error));
    }

    @FunctionalInterface
    private interface JobReader {

        NewJob read(ResultSet row) throws SQLException;
    }

    private List<Due> lock(List<Long> recurringIds, Instant now, JobReader reader) {
        return database
                .sql(LOCK_DUE)
                .param(ids(recurringIds))
                .param(Database.timestamp(now))
                .query((row, n) -> new Due(
                        row.getLong("recurring_id"),
                        reader.read(row),
                        new Recurrence(row.getString("cron"), row.getString("zone")),
                        row.getBoolean("unfinished")))
                .list()
                .stream()
                .sorted(Comparator.comparing(due -> due.job().enqueuedAt()))
                .toList();
    }

    private static long[] ids(List<Long> recurringIds) {
        return recurringIds.stream().mapToLong(Long::longValue).toArray();
    }

    private static NewJob job(
            ResultSet row, List<RawHeader> headers, @Nullable UniqueClaim claim, @Nullable String error)
            throws SQLException {
        return new NewJob(
                row.getInt("handler_id"),
                row.getString("lane_group"),
                row.getString("resource"),
                row.getBytes("payload"),
                headers,
                row.getString("label"),
                row.getObject("next_at", OffsetDateTime.class).toInstant(),
                null,
                null,
                error,
                claim,
                null,
                row.getInt("priority"));
    }

    private static @Nullable UniqueClaim claim(ResultSet row) throws SQLException {
        var key = row.getString("unique_key");
        return key == null
                ? null
                : new UniqueClaim(UniqueRule.read(row.getString("unique_rule")), row.getString("handler"), key);
    }

    /** Enters the times after this one, however many were missed. */
    void advance(List<Due> due, Instant now) {
        database.sql("""
                        UPDATE lanekeeper.recurring_job AS r
                           SET next_at = 'epoch'::timestamptz + k.next_at * interval '1 microsecond',
                               left_out = r.left_out + k.left_out
                          FROM unnest(?::bigint[], ?::bigint[], ?::int[]) AS k (recurring_id, next_at, left_out)
                         WHERE r.recurring_id = k.recurring_id
                        """)
                .param(due.stream().mapToLong(Due::recurringId).toArray())
                .param(due.stream()
                        .mapToLong(d -> Database.micros(d.recurrence().after(now)))
                        .toArray())
                .param(due.stream().mapToInt(d -> d.unfinished() ? 1 : 0).toArray())
                .update();
    }

    /** The jobs of this time, in their order. */
    void remember(List<Due> due, List<Long> last) {
        database.sql("""
                        UPDATE lanekeeper.recurring_job AS r
                           SET last_item = k.last_item
                          FROM unnest(?::bigint[], ?::bigint[]) AS k (recurring_id, last_item)
                         WHERE r.recurring_id = k.recurring_id
                        """)
                .param(due.stream().mapToLong(Due::recurringId).toArray())
                .param(last.stream().mapToLong(Long::longValue).toArray())
                .update();
    }

    /** It waits for a person. */
    void pause(long recurringId, Instant now) {
        database.sql("UPDATE lanekeeper.recurring_job SET paused_at = ? WHERE recurring_id = ?")
                .param(Database.timestamp(now))
                .param(recurringId)
                .update();
    }
}

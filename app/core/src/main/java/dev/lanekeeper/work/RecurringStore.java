package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent.RawHeader;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private static final String LOCK_DUE = """
            SELECT r.recurring_id, r.handler_id, h.name AS handler, h.lane_group, r.cron, r.zone, r.next_at, r.resource, r.payload,
                   r.headers, r.label, r.priority, r.unique_rule, r.unique_key, %s AS unfinished
              FROM lanekeeper.recurring_job AS r
              JOIN lanekeeper.handler AS h USING (handler_id)
             WHERE r.recurring_id = ANY (?::bigint[]) AND r.next_at <= ? AND r.paused_at IS NULL
             ORDER BY r.next_at, r.recurring_id
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
     * even one that has passed.
     */
    public Recurs recur(NewRecurring recurring) {
        var job = recurring.job();
        var claim = job.claim();
        return database.sql("""
                        INSERT INTO lanekeeper.recurring_job AS r (
                               handler_id, name, cron, zone, next_at, resource, payload, headers, label, priority, unique_rule,
                               unique_key)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                            ON CONFLICT (handler_id, name) DO UPDATE
                           SET next_at = CASE WHEN (r.cron, r.zone) = (excluded.cron, excluded.zone)
                                              THEN r.next_at
                                              ELSE excluded.next_at
                                         END,
                               cron = excluded.cron, zone = excluded.zone, resource = excluded.resource,
                               payload = excluded.payload, headers = excluded.headers, label = excluded.label,
                               priority = excluded.priority, unique_rule = excluded.unique_rule,
                               unique_key = excluded.unique_key
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
                .query((row, n) -> new Recurs(
                        row.getLong("recurring_id"),
                        row.getObject("next_at", OffsetDateTime.class).toInstant()))
                .single();
    }

    /** The handler says no more that it recurs. */
    public void end(int handlerId) {
        database.sql("DELETE FROM lanekeeper.recurring_job WHERE handler_id = ? AND name = ''")
                .param(handlerId)
                .update();
    }

    /** A job whose time has come. */
    record Due(long recurringId, NewJob job, Recurrence recurrence, boolean unfinished) {}

    /** Those whose time has come, with the locks that they claim, if any; locks nothing, since keys come before them. */
    Map<Long, Optional<UUID>> due(Instant now, int most) {
        var due = new LinkedHashMap<Long, Optional<UUID>>();
        database.sql("""
                        SELECT r.recurring_id, h.name AS handler, r.unique_rule, r.unique_key
                          FROM lanekeeper.recurring_job AS r
                          JOIN lanekeeper.handler AS h USING (handler_id)
                         WHERE r.next_at <= ? AND r.paused_at IS NULL
                         ORDER BY r.next_at, r.recurring_id
                         LIMIT ?
                        """).param(Database.timestamp(now)).param(most).query(row -> {
            due.put(row.getLong("recurring_id"), Optional.ofNullable(claim(row)).map(UniqueClaim::digest));
        });
        return due;
    }

    /** Those of these whose time still has come, locked. */
    List<Due> lock(Collection<Long> recurringIds, Instant now) {
        return database.sql(LOCK_DUE)
                .param(recurringIds.stream().mapToLong(Long::longValue).toArray())
                .param(Database.timestamp(now))
                .query((row, n) -> new Due(
                        row.getLong("recurring_id"),
                        job(row),
                        new Recurrence(row.getString("cron"), row.getString("zone")),
                        row.getBoolean("unfinished")))
                .list();
    }

    private static NewJob job(ResultSet row) throws SQLException {
        List<RawHeader> headers = Headers.decode(row.getBytes("headers"));
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
                null,
                claim(row),
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
}

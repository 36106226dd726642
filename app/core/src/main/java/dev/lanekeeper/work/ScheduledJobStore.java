package dev.lanekeeper.work;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.work.UniqueDecision.Fate.IsPutOff;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes {@code scheduled_job}: jobs whose time has not come. */
public final class ScheduledJobStore {

    private static final String COLUMNS = """
            job_id, handler_id, lane_group, resource, payload, headers, label, entry_id, enqueued_at, holds_lock, repeats, hops,
            unique_rule, unique_key, priority""";

    private static final String TAKE_DUE = """
                        WITH due AS (
                             DELETE FROM lanekeeper.scheduled_job
                              WHERE job_id = ANY (ARRAY(
                                    SELECT job_id
                                      FROM lanekeeper.scheduled_job
                                     WHERE due_at <= ? AND unique_key IS NULL AND throttle_digest IS NULL
                                     ORDER BY due_at, job_id
                                     LIMIT ?))
                             RETURNING due_at, %s)
                        SELECT %s
                          FROM due
                         ORDER BY due_at, job_id
                        """.formatted(COLUMNS, COLUMNS);

    private static final String TAKE_THROTTLED = """
                        WITH due AS (
                             DELETE FROM lanekeeper.scheduled_job
                              WHERE job_id = ANY (?::bigint[])
                             RETURNING due_at, %s)
                        SELECT %s
                          FROM due
                         ORDER BY due_at, job_id
                        """.formatted(COLUMNS, COLUMNS);

    private static final String TAKE = """
                        DELETE FROM lanekeeper.scheduled_job
                         WHERE job_id = ?
                        RETURNING %s
                        """.formatted(COLUMNS);

    private static final String LOCK_CLAIMING = """
                        SELECT %s, (SELECT name FROM lanekeeper.handler AS h WHERE h.handler_id = j.handler_id) AS handler
                          FROM lanekeeper.scheduled_job AS j
                         WHERE job_id = ANY (?::bigint[]) AND unique_key IS NOT NULL
                         ORDER BY due_at, job_id
                           FOR UPDATE
                        """.formatted(COLUMNS);

    private final Database database;

    public ScheduledJobStore(Database database) {
        this.database = database;
    }

    /**
     * A job for later.
     *
     * @param holdsLock whether it has the lock that it claims; if not, it claims it again when it is due
     * @param hops how often it was put off
     * @param inTurn whether it was to run at once and keeps the pace of its key
     */
    record NewScheduled(NewJob job, Instant dueAt, boolean holdsLock, int hops, boolean inTurn) {

        static NewScheduled of(NewJob job, IsPutOff until) {
            return new NewScheduled(
                    job, until.dueAt(), until.holdsLock(), until.because() == null ? 0 : 1, until.inTurn());
        }

        private @Nullable String throttled() {
            var claim = job.claim();
            return holdsLock
                            && claim != null
                            && claim.rule().onConflict() == Conflict.THROTTLE
                            && claim.rule().ttl() != null
                    ? claim.digest().toString()
                    : null;
        }

        private @Nullable UniqueClaim pending() {
            return holdsLock ? null : job.claim();
        }
    }

    /** @return its id, which no item has */
    long insert(NewJob job, Instant dueAt) {
        return insert(List.of(new NewScheduled(job, dueAt, job.claim() != null, 0, false)))
                .get(0);
    }

    /** @return their ids, in their order */
    List<Long> insert(List<NewScheduled> all) {
        if (all.isEmpty()) {
            return List.of();
        }
        var jobs = all.stream().map(NewScheduled::job).toList();
        return database.sql("""
                        WITH stored AS (
                             INSERT INTO lanekeeper.scheduled_job (
                                    job_id, handler_id, lane_group, resource, due_at, payload, headers, label, entry_id,
                                    enqueued_at, holds_lock, repeats, hops, unique_rule, unique_key, priority,
                                    throttle_digest, in_turn)
                             SELECT nextval(pg_get_serial_sequence('lanekeeper.work_item', 'item_id')),
                                    k.handler_id, k.lane_group, k.resource,
                                    'epoch'::timestamptz + k.due_at * interval '1 microsecond', k.payload, k.headers, k.label,
                                    k.entry_id, 'epoch'::timestamptz + k.enqueued_at * interval '1 microsecond', k.holds_lock,
                                    k.repeats, k.hops, k.unique_rule, k.unique_key, k.priority, k.throttle_digest, k.in_turn
                               FROM unnest(?::int[], ?::text[], ?::text[], ?::bigint[], ?::bytea[], ?::bytea[], ?::text[],
                                           ?::bigint[], ?::bigint[], ?::boolean[], ?::bigint[], ?::int[], ?::text[], ?::text[], ?::int[],
                                           ?::uuid[], ?::boolean[])
                                    AS k (handler_id, lane_group, resource, due_at, payload, headers, label, entry_id,
                                          enqueued_at, holds_lock, repeats, hops, unique_rule, unique_key, priority,
                                          throttle_digest, in_turn)
                             RETURNING job_id)
                        SELECT job_id
                          FROM stored
                         ORDER BY job_id
                        """)
                .param(jobs.stream().mapToInt(NewJob::handlerId).toArray())
                .param(jobs.stream().map(NewJob::laneGroup).toArray(String[]::new))
                .param(jobs.stream().map(j -> Texts.safe(j.resource())).toArray(String[]::new))
                .param(all.stream().mapToLong(s -> Database.micros(s.dueAt())).toArray())
                .param(jobs.stream().map(NewJob::payload).toArray(byte[][]::new))
                .param(jobs.stream().map(j -> Headers.encode(j.headers())).toArray(byte[][]::new))
                .param(jobs.stream().map(j -> Texts.safe(j.label())).toArray(String[]::new))
                .param(jobs.stream().map(NewJob::entryId).toArray(Long[]::new))
                .param(jobs.stream()
                        .mapToLong(j -> Database.micros(j.enqueuedAt()))
                        .toArray())
                .param(all.stream().map(NewScheduled::holdsLock).toArray(Boolean[]::new))
                .param(jobs.stream().map(NewJob::repeats).toArray(Long[]::new))
                .param(all.stream().mapToInt(NewScheduled::hops).toArray())
                .param(all.stream()
                        .map(NewScheduled::pending)
                        .map(claim -> claim == null ? null : claim.rule().json())
                        .toArray(String[]::new))
                .param(all.stream()
                        .map(NewScheduled::pending)
                        .map(claim -> claim == null ? null : Texts.safe(claim.key()))
                        .toArray(String[]::new))
                .param(jobs.stream().mapToInt(NewJob::priority).toArray())
                .param(all.stream().map(NewScheduled::throttled).toArray(String[]::new))
                .param(all.stream().map(NewScheduled::inTurn).toArray(Boolean[]::new))
                .query(Long.class)
                .list();
    }

    /**
     * Whether this transaction alone makes items of jobs that are due: of two that did, the later job of a lane could get the
     * earlier place.
     */
    boolean tryLock() {
        return database.sql("SELECT pg_try_advisory_xact_lock(hashtext('lanekeeper.scheduled_job'), 0)")
                .query(Boolean.class)
                .single();
    }

    /**
     * A job that is scheduled no more, or is about to be.
     *
     * @param holdsLock whether it holds a lock as such
     * @param hops how often it was put off
     */
    record Taken(NewJob job, boolean holdsLock, int hops) {

        long jobId() {
            return Objects.requireNonNull(job.scheduledId());
        }
    }

    /** Takes those that are due, claim nothing and keep no pace, in the order of their times. */
    List<Taken> takeDue(Instant now, int most) {
        return database.sql(TAKE_DUE)
                .param(Database.timestamp(now))
                .param(most)
                .query(ScheduledJobStore::taken)
                .list();
    }

    /** Takes those of a key with a pace that may begin, in the order of their times. */
    List<Taken> takeThrottled(Collection<Long> jobIds) {
        return database.sql(TAKE_THROTTLED)
                .param(jobIds.stream().mapToLong(Long::longValue).toArray())
                .query(ScheduledJobStore::taken)
                .list();
    }

    private static Taken taken(ResultSet row, int number) throws SQLException {
        return new Taken(job(row), row.getBoolean("holds_lock"), row.getInt("hops"));
    }

    /** What those that are due claim again, by their ids; locks nothing, since their keys come before them. */
    Map<Long, UUID> claiming(Instant now, int most) {
        var digests = new LinkedHashMap<Long, UUID>();
        database.sql("""
                        SELECT j.job_id, j.unique_rule, j.unique_key, h.name
                          FROM lanekeeper.scheduled_job AS j
                          JOIN lanekeeper.handler AS h USING (handler_id)
                         WHERE j.due_at <= ? AND j.unique_key IS NOT NULL
                         ORDER BY j.due_at, j.job_id
                         LIMIT ?
                        """).param(Database.timestamp(now)).param(most).query(row -> {
            var claim = new UniqueClaim(
                    UniqueRule.read(row.getString("unique_rule")), row.getString("name"), row.getString("unique_key"));
            digests.put(row.getLong("job_id"), claim.digest());
        });
        return digests;
    }

    /** Those of these that still are scheduled, with what they claim, locked, in the order of their times. */
    List<Taken> lockClaiming(Collection<Long> jobIds) {
        return database.sql(LOCK_CLAIMING)
                .param(jobIds.stream().mapToLong(Long::longValue).toArray())
                .query((row, n) -> {
                    var claim = new UniqueClaim(
                            UniqueRule.read(row.getString("unique_rule")),
                            row.getString("handler"),
                            row.getString("unique_key"));
                    return new Taken(job(row).with(claim), false, row.getInt("hops"));
                })
                .list();
    }

    /** Those that this transaction has locked are put off once more. */
    void putOff(Map<Long, Instant> dueAtById) {
        var jobs = dueAtById.entrySet().stream().toList();
        database.sql("""
                        UPDATE lanekeeper.scheduled_job AS j
                           SET due_at = 'epoch'::timestamptz + k.due_at * interval '1 microsecond', hops = j.hops + 1
                          FROM unnest(?::bigint[], ?::bigint[]) AS k (job_id, due_at)
                         WHERE j.job_id = k.job_id
                        """)
                .param(jobs.stream().mapToLong(Map.Entry::getKey).toArray())
                .param(jobs.stream()
                        .mapToLong(e -> Database.micros(e.getValue()))
                        .toArray())
                .update();
    }

    void remove(Collection<Long> jobIds) {
        database.sql("DELETE FROM lanekeeper.scheduled_job WHERE job_id = ANY (?::bigint[])")
                .param(jobIds.stream().mapToLong(Long::longValue).toArray())
                .update();
    }

    /** A job takes the payload of an item; whoever comes after it, it is stored anew from that one if it was an event. */
    boolean update(long jobId, long fromItem) {
        return database.sql("""
                        UPDATE lanekeeper.scheduled_job AS j
                           SET payload = CASE WHEN w.source = 3 THEN w.payload END,
                               headers = w.headers,
                               label = w.label,
                               repeats = CASE WHEN w.source <> 3 THEN w.item_id END
                          FROM lanekeeper.work_item AS w
                         WHERE j.job_id = ? AND w.item_id = ?
                        """).param(jobId).param(fromItem).update() == 1;
    }

    /** Takes one, due or not; empty when it is no more. */
    public Optional<NewJob> take(long jobId) {
        return database.sql(TAKE).param(jobId).query((row, n) -> job(row)).optional();
    }

    /** Keeps one from becoming an item, or from being cancelled, until the transaction ends; false when it is no more. */
    boolean lock(long jobId) {
        return database.sql("SELECT job_id FROM lanekeeper.scheduled_job WHERE job_id = ? FOR UPDATE")
                .param(jobId)
                .query(Long.class)
                .optional()
                .isPresent();
    }

    private static NewJob job(ResultSet row) throws SQLException {
        return new NewJob(
                row.getInt("handler_id"),
                row.getString("lane_group"),
                row.getString("resource"),
                row.getBytes("payload"),
                Headers.decode(row.getBytes("headers")),
                row.getString("label"),
                row.getObject("enqueued_at", OffsetDateTime.class).toInstant(),
                row.getObject("entry_id", Long.class),
                row.getLong("job_id"),
                null,
                null,
                row.getObject("repeats", Long.class),
                row.getInt("priority"));
    }

    /**
     * Gives one another time, and its lock the time to live that it has from then on, unless it has expired.
     *
     * @param dueAt a time that has passed means now
     * @return false when it is no more
     */
    public boolean postpone(long jobId, Instant dueAt, Instant now) {
        return database.sql("""
                        WITH found AS (
                             SELECT job_id, due_at, throttle_digest, greatest(?::timestamptz, ?::timestamptz) AS due_then
                               FROM lanekeeper.scheduled_job
                              WHERE job_id = ?
                                FOR UPDATE),
                        moved AS (
                             UPDATE lanekeeper.unique_lock AS u
                                SET expires_at = u.expires_at + (f.due_then - f.due_at)
                               FROM found AS f
                              WHERE u.holder_id = f.job_id AND (u.expires_at > ? OR f.throttle_digest IS NOT NULL))
                        UPDATE lanekeeper.scheduled_job AS j
                           SET due_at = f.due_then, in_turn = false
                          FROM found AS f
                         WHERE j.job_id = f.job_id
                        """)
                        .param(Database.timestamp(dueAt))
                        .param(Database.timestamp(now))
                        .param(jobId)
                        .param(Database.timestamp(now))
                        .update()
                == 1;
    }

    /** The item that a scheduled job has become; empty when it has not, or was purged. */
    public Optional<Long> itemOf(long jobId) {
        return database.sql("SELECT max(item_id) FROM lanekeeper.work_item WHERE scheduled_id = ?")
                .param(jobId)
                .query((row, n) -> Optional.ofNullable(row.getObject(1, Long.class)))
                .single();
    }

    /** The job that an entry of the outbox has become; empty when it has not, or is scheduled no more. */
    public Optional<Long> jobOfEntry(long entryId) {
        return database
                .sql("SELECT job_id FROM lanekeeper.scheduled_job WHERE entry_id = ?")
                .param(entryId)
                .query(Long.class)
                .list()
                .stream()
                .findFirst();
    }

    /** The last item that has come of a job that was an entry of the outbox; empty when none has, or it was purged. */
    public Optional<Long> itemOfEntry(long entryId) {
        return database
                .sql("SELECT item_id FROM lanekeeper.work_item WHERE entry_id = ? AND source = 3")
                .param(entryId)
                .query(Long.class)
                .list()
                .stream()
                .max(Long::compare);
    }

    /** When the first of all jobs is due that are scheduled or recur; {@code null} for never. */
    public @Nullable Instant firstDue() {
        return database.sql("""
                        SELECT least((SELECT min(due_at) FROM lanekeeper.scheduled_job),
                                     (SELECT min(next_at) FROM lanekeeper.recurring_job WHERE paused_at IS NULL))
                        """)
                .query((row, n) -> Optional.ofNullable(row.getObject(1, OffsetDateTime.class)))
                .single()
                .map(OffsetDateTime::toInstant)
                .orElse(null);
    }
}

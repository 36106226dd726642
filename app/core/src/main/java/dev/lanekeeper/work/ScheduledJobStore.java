package dev.lanekeeper.work;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes {@code scheduled_job}: jobs whose time has not come. */
public final class ScheduledJobStore {

    private static final String COLUMNS =
            "job_id, handler_id, lane_group, resource, payload, headers, label, entry_id, enqueued_at, holds_lock";

    private static final String TAKE_DUE = """
                        WITH due AS (
                             DELETE FROM lanekeeper.scheduled_job
                              WHERE job_id = ANY (ARRAY(
                                    SELECT job_id
                                      FROM lanekeeper.scheduled_job
                                     WHERE due_at <= ?
                                     ORDER BY due_at, job_id
                                     LIMIT ?))
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

    private final Database database;

    public ScheduledJobStore(Database database) {
        this.database = database;
    }

    /** @return its id, which no item has */
    long insert(NewJob job, Instant dueAt) {
        return database.sql("""
                        INSERT INTO lanekeeper.scheduled_job (
                               job_id, handler_id, lane_group, resource, due_at, payload, headers, label, entry_id, enqueued_at,
                               holds_lock)
                        VALUES (nextval(pg_get_serial_sequence('lanekeeper.work_item', 'item_id')),
                               ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        RETURNING job_id
                        """)
                .param(job.handlerId())
                .param(job.laneGroup())
                .param(Texts.safe(job.resource()))
                .param(Database.timestamp(dueAt))
                .param(job.payload())
                .param(Headers.encode(job.headers()))
                .param(Texts.safe(job.label()))
                .param(job.entryId())
                .param(Database.timestamp(job.enqueuedAt()))
                .param(job.claim() != null)
                .query(Long.class)
                .single();
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

    /** A job that is scheduled no more, and whether it holds a lock as such. */
    record Taken(NewJob job, boolean holdsLock) {}

    /** Takes those that are due, in the order of their times. */
    List<Taken> takeDue(Instant now, int most) {
        return database.sql(TAKE_DUE)
                .param(Database.timestamp(now))
                .param(most)
                .query((row, n) -> new Taken(job(row), row.getBoolean("holds_lock")))
                .list();
    }

    /** Takes one, due or not; empty when it is no more. */
    public Optional<NewJob> take(long jobId) {
        return database.sql(TAKE).param(jobId).query((row, n) -> job(row)).optional();
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
                null);
    }

    /** False when it is no more. */
    public boolean postpone(long jobId, Instant dueAt) {
        return database.sql("UPDATE lanekeeper.scheduled_job SET due_at = ? WHERE job_id = ?")
                        .param(Database.timestamp(dueAt))
                        .param(jobId)
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

    /** When the first of all jobs is due that are scheduled or recur; {@code null} for never. */
    public @Nullable Instant firstDue() {
        return database.sql("""
                        SELECT least((SELECT min(due_at) FROM lanekeeper.scheduled_job),
                                     (SELECT min(next_at) FROM lanekeeper.recurring_job))
                        """)
                .query((row, n) -> Optional.ofNullable(row.getObject(1, OffsetDateTime.class)))
                .single()
                .map(OffsetDateTime::toInstant)
                .orElse(null);
    }
}

package dev.lanekeeper.console.job;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads which jobs are scheduled, the one that is due first first.
 *
 * <p>Called from web threads, in no transaction.
 */
public final class ScheduledJobSearch {

    /** Further than this jobs are not counted. */
    public static final int COUNTED = 10_000;

    private final BoundedSearch search;

    public ScheduledJobSearch(Database database) {
        this.search = new BoundedSearch(database);
    }

    /**
     * A job that is scheduled.
     *
     * @param holdsLock whether it is the one of its key
     */
    public record Job(
            long jobId,
            String handler,
            @Nullable String resource,
            @Nullable String label,
            Instant dueAt,
            Instant enqueuedAt,
            boolean holdsLock,
            int priority) {}

    /**
     * Some of them.
     *
     * @param handler {@code null} for every one
     * @param after where the page before has ended; {@code null} for the first
     */
    public List<Job> page(@Nullable String handler, @Nullable JobPlace after, int limit) {
        return handler == null ? all(after, limit) : ofHandler(handler, after, limit);
    }

    private List<Job> all(@Nullable JobPlace after, int limit) {
        return search.read(() -> search.sql("""
                        SELECT j.job_id, h.name AS handler, j.resource, j.label, j.due_at, j.enqueued_at, j.holds_lock, j.priority
                          FROM (SELECT job_id, handler_id, resource, label, due_at, enqueued_at, holds_lock, priority
                                  FROM lanekeeper.scheduled_job
                                 WHERE (due_at, job_id) > (?::timestamptz, ?)
                                 ORDER BY due_at, job_id
                                 LIMIT ?) AS j
                          JOIN lanekeeper.handler AS h ON h.handler_id = j.handler_id
                         ORDER BY j.due_at, j.job_id
                        """)
                .param(Database.timestamp(after == null ? Instant.MIN : after.dueAt()))
                .param(after == null ? 0 : after.jobId())
                .param(limit)
                .query(Job.class)
                .list());
    }

    private List<Job> ofHandler(String handler, @Nullable JobPlace after, int limit) {
        return search.read(() -> search.sql("""
                        SELECT j.job_id, h.name AS handler, j.resource, j.label, j.due_at, j.enqueued_at, j.holds_lock, j.priority
                          FROM lanekeeper.handler AS h
                         CROSS JOIN LATERAL (
                               SELECT job_id, resource, label, due_at, enqueued_at, holds_lock, priority
                                 FROM lanekeeper.scheduled_job
                                WHERE handler_id = h.handler_id AND (due_at, job_id) > (?::timestamptz, ?)
                                ORDER BY handler_id, due_at, job_id
                                LIMIT ?) AS j
                         WHERE h.name = ?
                         ORDER BY j.due_at, j.job_id
                        """)
                .param(Database.timestamp(after == null ? Instant.MIN : after.dueAt()))
                .param(after == null ? 0 : after.jobId())
                .param(limit)
                .param(handler)
                .query(Job.class)
                .list());
    }

    public Optional<Job> find(long jobId) {
        return search.read(() -> search.sql("""
                        SELECT j.job_id, h.name AS handler, j.resource, j.label, j.due_at, j.enqueued_at, j.holds_lock, j.priority
                          FROM lanekeeper.scheduled_job AS j
                          JOIN lanekeeper.handler AS h ON h.handler_id = j.handler_id
                         WHERE j.job_id = ?
                        """).param(jobId).query(Job.class).optional());
    }

    /**
     * How many there are.
     *
     * @param handler {@code null} for those of every one
     */
    public CappedCount count(@Nullable String handler) {
        return CappedCount.of(handler == null ? countAll() : countOfHandler(handler), COUNTED);
    }

    private long countAll() {
        return search.read(() -> {
            search.allowWholeTables();
            return search.sql("SELECT count(*) FROM (SELECT FROM lanekeeper.scheduled_job LIMIT ?) AS j")
                    .param(COUNTED + 1)
                    .query(Long.class)
                    .single();
        });
    }

    private long countOfHandler(String handler) {
        return search.read(() -> search.sql("""
                        SELECT count(*)
                          FROM (SELECT
                                  FROM lanekeeper.scheduled_job
                                 WHERE handler_id = (SELECT handler_id FROM lanekeeper.handler WHERE name = ?)
                                 LIMIT ?) AS j
                        """)
                .param(handler)
                .param(COUNTED + 1)
                .query(Long.class)
                .single());
    }
}

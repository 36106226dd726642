package dev.lanekeeper.console.job;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads which jobs recur, the one that is due first first.
 *
 * <p>Called from web threads, in no transaction.
 */
public final class RecurringJobSearch {

    private static final String COLUMNS = """
            r.recurring_id, h.name AS handler, r.name, r.cron, r.zone, r.next_at, r.resource, r.label, r.priority,
            r.unique_key IS NOT NULL AS is_unique, r.paused_at, r.left_out,
            coalesce((SELECT w.item_id FROM lanekeeper.work_item AS w WHERE w.item_id = r.last_item),
                     (SELECT max(w.item_id) FROM lanekeeper.work_item AS w WHERE w.scheduled_id = r.last_item)) AS last_item_id""";

    private final BoundedSearch search;

    public RecurringJobSearch(Database database) {
        this.search = new BoundedSearch(database);
    }

    /**
     * A job that recurs.
     *
     * @param name under which it was enqueued; empty for the one that its handler declares
     * @param nextAt when it is due next, were it not paused
     * @param isUnique whether its jobs claim a lock
     * @param pausedAt since when it is paused; {@code null} for one that is not
     * @param leftOut how many times had no job of their own, since that of the time before was unfinished
     * @param lastItemId the item of the last time that had one; {@code null} when there was none, or it was purged
     */
    public record RecurringJob(
            long recurringId,
            String handler,
            String name,
            String cron,
            String zone,
            Instant nextAt,
            @Nullable String resource,
            @Nullable String label,
            int priority,
            boolean isUnique,
            @Nullable Instant pausedAt,
            long leftOut,
            @Nullable Long lastItemId) {

        /** Whether its handler says that it recurs, so that it can be paused but not ended. */
        public boolean isDeclared() {
            return name.isEmpty();
        }
    }

    /**
     * Some of them.
     *
     * @param handler {@code null} for every one
     * @param after where the page before has ended; {@code null} for the first
     */
    public List<RecurringJob> page(@Nullable String handler, @Nullable JobPlace after, int limit) {
        var of =
                handler == null ? "" : "r.handler_id = (SELECT handler_id FROM lanekeeper.handler WHERE name = ?) AND ";
        return search.read(() -> {
            var statement = search.sql("""
                        SELECT %s
                          FROM lanekeeper.recurring_job AS r
                          JOIN lanekeeper.handler AS h USING (handler_id)
                         WHERE %s(r.next_at, r.recurring_id) > (?::timestamptz, ?)
                         ORDER BY r.next_at, r.recurring_id
                         LIMIT ?
                        """.formatted(COLUMNS, of));
            return (handler == null ? statement : statement.param(handler))
                    .param(Database.timestamp(after == null ? Instant.MIN : after.dueAt()))
                    .param(after == null ? 0 : after.jobId())
                    .param(limit)
                    .query(RecurringJob.class)
                    .list();
        });
    }

    public Optional<RecurringJob> find(long recurringId) {
        return search.read(() -> search.sql("""
                        SELECT %s
                          FROM lanekeeper.recurring_job AS r
                          JOIN lanekeeper.handler AS h USING (handler_id)
                         WHERE r.recurring_id = ?
                        """.formatted(COLUMNS))
                .param(recurringId)
                .query(RecurringJob.class)
                .optional());
    }
}

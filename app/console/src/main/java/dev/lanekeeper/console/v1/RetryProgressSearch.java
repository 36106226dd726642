package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at what has become of retried items, many in one statement. */
final class RetryProgressSearch {

    private final BoundedSearch search;

    RetryProgressSearch(Database database) {
        this.search = new BoundedSearch(database);
    }

    /**
     * Where an item stands.
     *
     * @param state how it ended; {@code null} while it waits, and when it was skipped and nothing was kept of that
     * @param waits whether it is still to be done
     * @param lastAttempt the newest of its failed attempts; 0 for none
     */
    record Progress(
            long itemId,
            @Nullable Integer state,
            @Nullable String reason,
            boolean waits,
            @Nullable Instant dueAt,
            long lastAttempt,
            @Nullable String errorClass,
            @Nullable String errorMessage) {}

    List<Progress> of(Collection<Long> items) {
        return search.read(() -> search.sql("""
                        SELECT k.item_id, o.state::int AS state, left(o.reason, 2000) AS reason, i.item_id IS NOT NULL AS waits,
                               i.due_at, coalesce(a.attempt_id, 0) AS last_attempt, a.error_class, a.error_message
                          FROM unnest(?::bigint[]) AS k (item_id)
                          LEFT JOIN LATERAL (
                               SELECT state, reason
                                 FROM lanekeeper.outcome
                                WHERE item_id = k.item_id
                                LIMIT 1) AS o ON true
                          LEFT JOIN LATERAL (
                               SELECT item_id, due_at
                                 FROM lanekeeper.lane_item
                                WHERE item_id = k.item_id
                                LIMIT 1) AS i ON true
                          LEFT JOIN LATERAL (
                               SELECT attempt_id, error_class, left(error_message, 2000) AS error_message
                                 FROM lanekeeper.attempt
                                WHERE item_id = k.item_id
                                ORDER BY item_id DESC, attempt_id DESC
                                LIMIT 1) AS a ON true
                        """)
                .param(items.stream().mapToLong(Long::longValue).toArray())
                .query(Progress.class)
                .list());
    }

    Progress of(long item) {
        return of(List.of(item)).get(0);
    }

    private record Obstacles(
            boolean handlerServed,
            boolean handlerPaused,
            boolean laneOwned,
            boolean laneParked,
            @Nullable Instant dueAt) {}

    /** Why an item does not run yet, in words; {@code null} when nothing but time stands in its way. */
    @Nullable
    String obstacle(long item) {
        var found = search.read(
                () -> search.sql("""
                        SELECT EXISTS (
                               SELECT
                                 FROM lanekeeper.node
                                WHERE w.handler_id = ANY (handlers) AND renewed_at > clock_timestamp() - interval '10 seconds')
                               AS handler_served,
                               h.processing_paused_at IS NOT NULL AS handler_paused,
                               l.owner_node IS NOT NULL AS lane_owned, l.parked_at IS NOT NULL AS lane_parked, l.due_at
                          FROM lanekeeper.work_item AS w
                          JOIN lanekeeper.handler AS h ON h.handler_id = w.handler_id
                          LEFT JOIN lanekeeper.lane_item AS i ON i.item_id = w.item_id
                          LEFT JOIN lanekeeper.lane AS l ON l.lane_id = i.lane_id
                         WHERE w.item_id = ?
                        """).param(item).query(Obstacles.class).optional());
        return found.map(RetryProgressSearch::words).orElse(null);
    }

    private static @Nullable String words(Obstacles found) {
        if (!found.handlerServed()) {
            return "no running node has its handler";
        }
        if (found.handlerPaused()) {
            return "the processing of its handler is paused";
        }
        if (found.laneParked()) {
            return "its lane is parked";
        }
        return found.laneOwned() ? "a run works on its lane" : null;
    }

    /** Whether a living node has the item's handler. */
    boolean isServed(long item) {
        return !"no running node has its handler".equals(obstacle(item));
    }

    /** The newest item that repeats this one. */
    long repetition(long original) {
        return search.read(
                () -> search.sql("""
                        SELECT item_id
                          FROM lanekeeper.work_item
                         WHERE retry_of = ?
                         ORDER BY item_id + 0 DESC
                         LIMIT 1
                        """).param(original).query(Long.class).single());
    }
}

package dev.lanekeeper.work;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Finds lanes that have been held up by the same failing item for too long; asked by the health check. */
public final class BlockedLaneSearch {

    /**
     * How many blocked lanes of each handler are looked at. Those that come due last are looked at first: back-off doubles,
     * so they have waited longest. In a storm of a million blocked lanes this is a sample.
     */
    private static final int CANDIDATES = 1_000;

    private final Database database;

    public BlockedLaneSearch(Database database) {
        this.database = database;
    }

    /**
     * A lane and the item at its head.
     *
     * @param attempts how often the item has failed
     * @param since when it failed first
     */
    public record BlockedLane(
            UUID laneId,
            String handler,
            @Nullable String resource,
            long itemId,
            int attempts,
            Instant since,
            Instant dueAt) {}

    /** Lanes that are BLOCKED at this instant by an item that first failed before {@code before}, the longest first. */
    public List<BlockedLane> blockedSince(Instant now, Instant before, int limit) {
        return database.sql("""
                        SELECT l.lane_id, h.name AS handler, w.resource, head.item_id, head.attempts,
                               first_failure.finished_at AS since, l.due_at
                          FROM lanekeeper.handler AS h
                         CROSS JOIN LATERAL (
                               SELECT lane_id, due_at
                                 FROM lanekeeper.lane
                                WHERE handler_id = h.handler_id AND owner_run IS NULL AND parked_at IS NULL AND due_at > ?
                                ORDER BY due_at DESC
                                LIMIT ?) AS l
                         CROSS JOIN LATERAL (
                               SELECT item_id, attempts
                                 FROM lanekeeper.lane_item
                                WHERE lane_id = l.lane_id
                                ORDER BY lane_id, item_id
                                LIMIT 1) AS head
                         CROSS JOIN LATERAL (
                               SELECT finished_at
                                 FROM lanekeeper.attempt
                                WHERE item_id = head.item_id AND number = 1
                                ORDER BY item_id DESC, attempt_id DESC
                                LIMIT 1) AS first_failure
                          JOIN lanekeeper.work_item AS w ON w.item_id = head.item_id
                         WHERE head.attempts > 0 AND first_failure.finished_at < ?
                         ORDER BY first_failure.finished_at
                         LIMIT ?
                        """)
                .param(Database.timestamp(now))
                .param(CANDIDATES)
                .param(Database.timestamp(before))
                .param(limit)
                .query(BlockedLane.class)
                .list();
    }
}

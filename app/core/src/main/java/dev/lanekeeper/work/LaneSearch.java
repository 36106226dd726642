package dev.lanekeeper.work;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Looks at lanes without locking them. */
public final class LaneSearch {

    private final Database database;

    public LaneSearch(Database database) {
        this.database = database;
    }

    /** Those of these handlers that have READY lanes. */
    public List<Integer> readyHandlers(Collection<Integer> handlerIds, Instant now) {
        return database.withPinnedPlans(() -> database.sql("""
                        SELECT h.handler_id
                          FROM unnest(?::int[]) AS h (handler_id)
                         CROSS JOIN LATERAL (
                               SELECT l.due_at
                                 FROM lanekeeper.lane AS l
                                WHERE l.handler_id = h.handler_id AND l.owner_run IS NULL AND l.parked_at IS NULL
                                  AND l.due_at <= ?
                                ORDER BY l.due_at
                                LIMIT 1) AS d
                        """)
                .param(numbers(handlerIds))
                .param(Database.timestamp(now))
                .query(Integer.class)
                .list());
    }

    /** When lanes of these handlers that are BLOCKED become due, the earliest first. */
    public List<Instant> dueBetween(Collection<Integer> handlerIds, Instant from, Instant until, int limit) {
        return database.withPinnedPlans(() -> database
                .sql("""
                        SELECT DISTINCT d.due_at
                          FROM unnest(?::int[]) AS h (handler_id)
                         CROSS JOIN LATERAL (
                               SELECT l.due_at
                                 FROM lanekeeper.lane AS l
                                WHERE l.handler_id = h.handler_id AND l.owner_run IS NULL AND l.parked_at IS NULL
                                  AND l.due_at > ? AND l.due_at <= ?
                                ORDER BY l.due_at
                                LIMIT ?) AS d
                         ORDER BY d.due_at
                        """)
                .param(numbers(handlerIds))
                .param(Database.timestamp(from))
                .param(Database.timestamp(until))
                .param(limit)
                .query(OffsetDateTime.class)
                .list()
                .stream()
                .map(OffsetDateTime::toInstant)
                .toList());
    }

    /** A lane and the run that owns it. */
    public record Owned(UUID laneId, UUID ownerRun, long epoch, int handlerId, boolean bundle, boolean stopRequested) {

        public OwnedLane lane() {
            return new OwnedLane(laneId, epoch, handlerId, bundle, null);
        }
    }

    /** The lanes of a node. */
    public List<Owned> ownedBy(long nodeId) {
        return database.sql("""
                        SELECT lane_id, owner_run, epoch, handler_id, bundle, stop_requested
                          FROM lanekeeper.lane
                         WHERE owner_node = ?
                        """).param(nodeId).query(Owned.class).list();
    }

    private static int[] numbers(Collection<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }
}

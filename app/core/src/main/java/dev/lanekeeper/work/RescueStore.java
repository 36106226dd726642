package dev.lanekeeper.work;

import dev.lanekeeper.work.LaneStore.Locked;
import java.util.List;
import java.util.UUID;

/** The statements with which lanes of dead nodes are freed. */
final class RescueStore {

    private final Database database;

    RescueStore(Database database) {
        this.database = database;
    }

    /** A lane whose owner is gone, as it was seen before it was locked. */
    record Orphan(UUID laneId, long epoch) {}

    /** The lanes whose node has no row; after the deletion of that row in the same transaction, or at any time. */
    List<Orphan> orphanedLanes() {
        return database.sql("""
                        SELECT l.lane_id, l.epoch
                          FROM lanekeeper.lane AS l
                         WHERE l.owner_node IS NOT NULL
                           AND NOT EXISTS (SELECT FROM lanekeeper.node AS n WHERE n.node_id = l.owner_node)
                        """).query(Orphan.class).list();
    }

    /**
     * Locks those of these lanes, given in lock order, that have changed hands since in no way. The epoch tells: whether the
     * owner has a row must not be asked here, since a lane that was freed and claimed again while this statement waited would
     * be looked at with its eyes of before, which know neither the new owner nor its node.
     */
    List<Locked> lockOrphaned(List<Orphan> sorted) {
        return database.sql("""
                        SELECT k.place, l.lane_id, l.waiting, l.ctid::text AS ctid, l.stop_requested, l.parked
                          FROM unnest(?::uuid[], ?::bigint[]) WITH ORDINALITY AS k (lane_id, epoch, place)
                         CROSS JOIN LATERAL (
                               SELECT lane_id, waiting, ctid, stop_requested, parked_at IS NOT NULL AS parked
                                 FROM lanekeeper.lane
                                WHERE lane_id = k.lane_id AND owner_node IS NOT NULL AND epoch = k.epoch
                                  FOR UPDATE) AS l
                        """)
                .param(Database.uuids(sorted.stream().map(Orphan::laneId).toList()))
                .param(sorted.stream().mapToLong(Orphan::epoch).toArray())
                .query(Locked.class)
                .list();
    }

    /** A suspect whose start was recorded and whose result was not. */
    record Struck(UUID laneId, long itemId, int handlerId, int attempts, int strikes, long nodeId, UUID runId) {}

    /** Counts a strike against each item that had been begun. */
    List<Struck> strike(List<UUID> lanes) {
        return database.sql("""
                        UPDATE lanekeeper.lane_item AS i
                           SET strikes = i.strikes + 1, begun = false
                          FROM unnest(?::uuid[]) AS k (lane_id)
                          JOIN lanekeeper.lane AS l ON l.lane_id = k.lane_id
                         WHERE i.lane_id = k.lane_id AND i.begun
                        RETURNING i.lane_id, i.item_id, i.handler_id, i.attempts, i.strikes,
                                  l.owner_node AS node_id, l.owner_run AS run_id
                        """)
                .param(Database.uuids(lanes))
                .query(Struck.class)
                .list();
    }

    /** Marks what may have lain in the chunk that each lane was in. */
    void suspect(List<UUID> lanes, int chunk) {
        database.sql("""
                        UPDATE lanekeeper.lane AS l
                           SET suspect_until = greatest(l.suspect_until, first.last_id)
                          FROM unnest(?::uuid[]) AS k (lane_id)
                         CROSS JOIN LATERAL (
                               SELECT max(c.item_id) AS last_id
                                 FROM (SELECT i.item_id
                                         FROM lanekeeper.lane_item AS i
                                        WHERE i.lane_id = k.lane_id
                                        ORDER BY i.item_id
                                        LIMIT ?) AS c) AS first
                         WHERE l.lane_id = k.lane_id
                        """).param(Database.uuids(lanes)).param(chunk).update();
    }

    /** Those of the chunk that each lane was in whose handler was about to be called, and which gave a lock away for that. */
    List<Long> begunWithoutTheirLocks(List<UUID> lanes, int chunk) {
        return database.sql("""
                        SELECT u.holder_id
                          FROM unnest(?::uuid[]) AS k (lane_id)
                         CROSS JOIN LATERAL (
                               SELECT i.item_id
                                 FROM lanekeeper.lane_item AS i
                                WHERE i.lane_id = k.lane_id
                                ORDER BY i.item_id
                                LIMIT ?) AS first
                         CROSS JOIN LATERAL (
                               SELECT l.holder_id
                                 FROM lanekeeper.unique_lock AS l
                                WHERE l.holder_id = first.item_id AND l.released_at IS NOT NULL
                               OFFSET 0) AS u
                         WHERE EXISTS (SELECT FROM lanekeeper.unique_lock)
                        """)
                .param(Database.uuids(lanes))
                .param(chunk)
                .query(Long.class)
                .list();
    }

    /** Deletes lanes that this transaction has locked and emptied. */
    void close(List<UUID> lanes) {
        database.sql("DELETE FROM lanekeeper.lane WHERE lane_id = ANY (?::uuid[])")
                .param(Database.uuids(lanes))
                .update();
    }
}

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

    /** The lanes whose node has no row; after the deletion of that row in the same transaction, or at any time. */
    List<UUID> orphanedLanes() {
        return database.sql("""
                        SELECT l.lane_id
                          FROM lanekeeper.lane AS l
                         WHERE l.owner_node IS NOT NULL
                           AND NOT EXISTS (SELECT FROM lanekeeper.node AS n WHERE n.node_id = l.owner_node)
                        """).query(UUID.class).list();
    }

    /** Locks those of these lanes, given in lock order, that still belong to a node without a row. */
    List<Locked> lockOrphaned(List<UUID> sorted) {
        return database.sql("""
                        SELECT k.place, l.lane_id, l.waiting, l.ctid::text AS ctid, l.stop_requested, l.parked
                          FROM unnest(?::uuid[]) WITH ORDINALITY AS k (lane_id, place)
                         CROSS JOIN LATERAL (
                               SELECT lane_id, waiting, ctid, stop_requested, parked_at IS NOT NULL AS parked
                                 FROM lanekeeper.lane AS m
                                WHERE m.lane_id = k.lane_id AND m.owner_node IS NOT NULL
                                  AND NOT EXISTS (SELECT FROM lanekeeper.node AS n WHERE n.node_id = m.owner_node)
                                  FOR UPDATE OF m) AS l
                        """)
                .param(Database.uuids(sorted))
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

    /** Deletes lanes that this transaction has locked and emptied. */
    void close(List<UUID> lanes) {
        database.sql("DELETE FROM lanekeeper.lane WHERE lane_id = ANY (?::uuid[])")
                .param(Database.uuids(lanes))
                .update();
    }
}

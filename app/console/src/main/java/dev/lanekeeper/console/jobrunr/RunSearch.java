package dev.lanekeeper.console.jobrunr;

import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads which runs are at work, from the lanes that they own and from what nodes say in their heartbeats. */
final class RunSearch {

    static final int MOST = 500;

    private final Database database;

    RunSearch(Database database) {
        this.database = database;
    }

    /** A lane that a run owns. */
    record OwnedLane(
            UUID run,
            String node,
            UUID laneId,
            String handler,
            long waiting,
            boolean bundle,
            @Nullable String resource) {}

    List<OwnedLane> lanes() {
        return database.sql("""
                        SELECT l.owner_run AS run, coalesce(n.name, 'node ' || l.owner_node) AS node, l.lane_id,
                               h.name AS handler, l.waiting, l.bundle, w.resource
                          FROM (SELECT lane_id, owner_run, owner_node, handler_id, waiting, bundle
                                  FROM lanekeeper.lane
                                 WHERE owner_node IS NOT NULL
                                 LIMIT ?) AS l
                          JOIN lanekeeper.handler AS h ON h.handler_id = l.handler_id
                          LEFT JOIN lanekeeper.node AS n ON n.node_id = l.owner_node
                          LEFT JOIN LATERAL (
                               SELECT item_id
                                 FROM lanekeeper.lane_item
                                WHERE lane_id = l.lane_id
                                ORDER BY lane_id, item_id
                                LIMIT 1) AS head ON true
                          LEFT JOIN lanekeeper.work_item AS w ON w.item_id = head.item_id
                         ORDER BY l.owner_run, l.waiting DESC
                        """).param(MOST).query(OwnedLane.class).list();
    }

    /** An item whose handler was being called when its node renewed its lease last. */
    record RunningItem(String run, long item, String handler, long forMillis) {}

    List<RunningItem> runningItems() {
        return database.sql("""
                        SELECT r.run, r.item, h.name AS handler, r."forMillis" AS for_millis
                          FROM lanekeeper.node AS n
                         CROSS JOIN LATERAL jsonb_to_recordset(n.running)
                               AS r (run text, item bigint, "handlerId" integer, "forMillis" bigint)
                          JOIN lanekeeper.handler AS h ON h.handler_id = r."handlerId"
                         WHERE n.renewed_at > clock_timestamp() - interval '10 seconds'
                        """).query(RunningItem.class).list();
    }

    /** A process that is alive, or was until a moment ago. */
    record NodeRow(
            long nodeId,
            String name,
            String version,
            String roles,
            int workers,
            OffsetDateTime startedAt,
            OffsetDateTime renewedAt,
            boolean alive,
            long lanes) {}

    List<NodeRow> nodes() {
        return database.sql("""
                        SELECT n.node_id, n.name, n.version, n.roles, n.workers, n.started_at, n.renewed_at,
                               n.renewed_at > clock_timestamp() - interval '10 seconds' AS alive,
                               (SELECT count(*)
                                  FROM lanekeeper.lane AS l
                                 WHERE l.owner_node = n.node_id) AS lanes
                          FROM lanekeeper.node AS n
                         ORDER BY n.node_id
                        """).query(NodeRow.class).list();
    }

    /** What runs did lately. */
    record Work(long finished, long busyMicros) {}

    Work workSince(Instant since) {
        return database.sql("""
                        SELECT coalesce(sum(done + skipped + failed + rejected), 0)::bigint AS finished,
                               coalesce(sum(busy_micros), 0)::bigint AS busy_micros
                          FROM lanekeeper.tally
                         WHERE minute >= ?
                        """)
                .param(Database.timestamp(since))
                .query(Work.class)
                .single();
    }
}

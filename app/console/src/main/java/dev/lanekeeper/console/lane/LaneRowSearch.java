package dev.lanekeeper.console.lane;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.work.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what is shown of some lanes. */
final class LaneRowSearch {

    private final BoundedSearch search;

    LaneRowSearch(BoundedSearch search) {
        this.search = search;
    }

    /** In the order of the ids; those that are no more are left out. */
    List<LaneRow> rows(List<UUID> lanes, Instant now) {
        if (lanes.isEmpty()) {
            return List.of();
        }
        var started = runStarts(lanes);
        return search.sql("""
                        SELECT l.lane_id, l.due_at, l.owner_node, l.owner_run, l.waiting, l.bundle, l.parked_at, l.parked_by,
                               l.park_reason, l.parked_item, coalesce(n.name, 'node ' || l.owner_node) AS owner_name,
                               coalesce(h.name, 'handler ' || l.handler_id) AS handler,
                               h.processing_paused_at IS NOT NULL AS handler_paused,
                               EXISTS (SELECT FROM lanekeeper.node WHERE l.handler_id = ANY (handlers)) AS handler_served,
                               head.item_id AS head, coalesce(head.attempts, 0) AS head_attempts,
                               w.resource, CASE WHEN head.item_id IS NOT NULL THEN w.stored_at END AS head_stored_at,
                               behind.stored_at AS second_stored_at, a.error_class, a.error_message,
                               waits.name AS lock, waits.holder AS lock_holder, waits.elsewhere AS lock_elsewhere
                          FROM unnest(?::uuid[]) WITH ORDINALITY AS k (lane_id, place)
                         CROSS JOIN LATERAL (
                               SELECT *
                                 FROM lanekeeper.lane
                                WHERE lane_id = k.lane_id
                                LIMIT 1) AS l
                          LEFT JOIN lanekeeper.handler AS h ON h.handler_id = l.handler_id
                          LEFT JOIN lanekeeper.node AS n ON n.node_id = l.owner_node
                          LEFT JOIN LATERAL (
                               SELECT item_id, attempts
                                 FROM lanekeeper.lane_item
                                WHERE lane_id = k.lane_id
                                ORDER BY lane_id, item_id
                                LIMIT 1) AS head ON true
                          LEFT JOIN LATERAL (
                               SELECT resource, stored_at
                                 FROM lanekeeper.work_item
                                WHERE item_id = coalesce(head.item_id, l.parked_item)
                                LIMIT 1) AS w ON true
                          LEFT JOIN LATERAL (
                               SELECT s.stored_at
                                 FROM (SELECT item_id
                                         FROM lanekeeper.lane_item
                                        WHERE lane_id = k.lane_id AND item_id > head.item_id
                                        ORDER BY lane_id, item_id
                                        LIMIT 1) AS i
                                 JOIN lanekeeper.work_item AS s ON s.item_id = i.item_id
                                LIMIT 1) AS behind ON true
                          LEFT JOIN LATERAL (
                               SELECT error_class, left(error_message, 500) AS error_message
                                 FROM lanekeeper.attempt
                                WHERE item_id = coalesce(head.item_id, l.parked_item)
                                ORDER BY item_id DESC, attempt_id DESC
                                LIMIT 1) AS a ON true
                          LEFT JOIN LATERAL (
                               SELECT v.name, r.holder, v.elsewhere
                                 FROM lanekeeper.lock_waiter AS v
                                CROSS JOIN LATERAL (
                                      SELECT min(o.item_id) AS holder
                                        FROM lanekeeper.run_lock AS o
                                        JOIN lanekeeper.lane AS t ON t.lane_id = o.lane_id AND t.epoch = o.epoch
                                       WHERE o.digest = v.digest AND o.expires_at IS NULL AND t.owner_run IS NOT NULL) AS r
                                WHERE v.item_id = head.item_id AND v.hops = 0
                                ORDER BY v.elsewhere IS NULL, r.holder IS NULL, v.name
                                LIMIT 1) AS waits ON true
                         ORDER BY k.place
                        """)
                .param(Database.uuids(lanes))
                .query((row, n) -> row(row, now, started))
                .list();
    }

    private static LaneRow row(ResultSet row, Instant now, Map<UUID, Instant> started) throws SQLException {
        var owner = row.getObject("owner_node", Long.class);
        var run = row.getObject("owner_run", UUID.class);
        var dueAt = row.getObject("due_at", OffsetDateTime.class).toInstant();
        var parkedAt = instant(row, "parked_at");
        return new LaneRow(
                row.getObject("lane_id", UUID.class),
                LaneState.of(owner, parkedAt, dueAt, now),
                row.getString("handler"),
                row.getString("resource"),
                row.getBoolean("bundle"),
                row.getInt("waiting"),
                dueAt,
                row.getObject("head", Long.class),
                row.getInt("head_attempts"),
                instant(row, "head_stored_at"),
                instant(row, "second_stored_at"),
                row.getString("error_class"),
                row.getString("error_message"),
                row.getString("lock"),
                row.getObject("lock_holder", Long.class),
                LockElsewhere.of(row.getObject("lock_elsewhere", Integer.class)),
                row.getString("owner_name"),
                run,
                run == null ? null : started.get(run),
                parkedAt,
                row.getString("parked_by"),
                row.getString("park_reason"),
                row.getObject("parked_item", Long.class),
                row.getBoolean("handler_paused"),
                row.getBoolean("handler_served"));
    }

    private record RunStart(UUID run, Instant startedAt) {}

    /** When the runs began that own these lanes: a run is a job of JobRunr, made when the run is. */
    private Map<UUID, Instant> runStarts(List<UUID> lanes) {
        if (!hasJobs()) {
            return Map.of();
        }
        return search.sql("""
                        SELECT r.owner_run AS run, j.createdat AT TIME ZONE 'UTC' AS started_at
                          FROM (SELECT DISTINCT owner_run
                                  FROM lanekeeper.lane
                                 WHERE lane_id = ANY (?::uuid[]) AND owner_run IS NOT NULL) AS r
                         CROSS JOIN LATERAL (
                               SELECT createdat
                                 FROM lanekeeper.jobrunr_jobs
                                WHERE id = r.owner_run::text
                                LIMIT 1) AS j
                        """).param(Database.uuids(lanes)).query(RunStart.class).list().stream()
                .collect(Collectors.toMap(RunStart::run, RunStart::startedAt));
    }

    private boolean hasJobs() {
        return search.sql("SELECT to_regclass('lanekeeper.jobrunr_jobs') IS NOT NULL")
                .query(Boolean.class)
                .single();
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}

package dev.lanekeeper.latency;

import dev.lanekeeper.latency.LatencyReport.Ages;
import dev.lanekeeper.latency.LatencyReport.Row;
import dev.lanekeeper.work.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Writes {@code latency_report}: the newest one only. */
final class LatencyReportStore {

    private final Database database;

    LatencyReportStore(Database database) {
        this.database = database;
    }

    /** The newest report before and after an attempt to report. */
    record Reported(
            @Nullable LatencyReport before, @Nullable LatencyReport after) {}

    /**
     * Measures and writes in one statement, so that a node that is frozen at any moment writes either numbers of the present or,
     * when somebody else has reported meanwhile, nothing.
     *
     * @param span what was finished in this time, until now, is measured
     */
    Reported report(long nodeId, Duration span) {
        return database.inTransaction(() -> {
            database.guardLanes();
            var before = newest();
            measure(nodeId, span);
            forgetOthers(nodeId);
            return new Reported(before, newest());
        });
    }

    private void measure(long nodeId, Duration span) {
        database.sql("""
                        WITH finished AS (
                             SELECT w.source,
                                    CASE w.source WHEN 2 THEN 0 ELSE o.handler_id END AS handler_id,
                                    extract(epoch FROM o.finished_at - w.created_at)::double precision AS seconds
                               FROM lanekeeper.outcome AS o
                              CROSS JOIN LATERAL (
                                    SELECT source, coalesce(produced_at, polled_at) AS created_at
                                      FROM lanekeeper.work_item
                                     WHERE item_id = o.item_id AND source IN (1, 2) AND retry_of IS NULL
                                     LIMIT 1) AS w
                              WHERE o.state IN (1, 3, 5)
                                AND o.finished_at >= statement_timestamp() - ? * interval '1 microsecond'),
                             ages AS (
                             SELECT source, handler_id, count(*) AS count, count(*) FILTER (WHERE seconds < 0) AS skewed,
                                    min(greatest(seconds, 0)) AS minimum, max(greatest(seconds, 0)) AS maximum,
                                    avg(greatest(seconds, 0)) AS average
                               FROM finished
                              GROUP BY source, handler_id),
                             waiting AS (
                             SELECT item_id
                               FROM (SELECT item_id FROM lanekeeper.lane_item ORDER BY item_id LIMIT 20000) AS first
                              UNION
                             SELECT min(item_id) FROM lanekeeper.lane_item GROUP BY handler_id),
                             unfinished AS (
                             SELECT w.source, w.handler_id, w.created_at
                               FROM waiting AS k
                              CROSS JOIN LATERAL (
                                    SELECT source, CASE source WHEN 2 THEN 0 ELSE handler_id END AS handler_id,
                                           coalesce(produced_at, polled_at) AS created_at
                                      FROM lanekeeper.work_item
                                     WHERE item_id = k.item_id AND source IN (1, 2) AND retry_of IS NULL
                                     LIMIT 1) AS w
                              UNION ALL
                             SELECT 2, 0, min(created_at) FROM lanekeeper.outbox_entry),
                             oldest AS (
                             SELECT source, handler_id, min(created_at) AS created_at
                               FROM unfinished
                              GROUP BY source, handler_id),
                             subject AS (
                             SELECT 1 AS source, handler_id
                               FROM lanekeeper.handler AS h
                              WHERE kafka_group IS NOT NULL
                                AND (EXISTS (SELECT FROM lanekeeper.node AS n WHERE h.handler_id = ANY (n.handlers))
                                 OR EXISTS (SELECT FROM oldest AS w WHERE w.source = 1 AND w.handler_id = h.handler_id))
                              UNION ALL
                             SELECT 2, 0)
                        INSERT INTO lanekeeper.latency_report AS r (
                               source, handler_id, reported_at, node_id, count, skewed, minimum, maximum, average,
                               highest_since_creation_date)
                        SELECT s.source, s.handler_id, statement_timestamp(), ?, coalesce(a.count, 0), coalesce(a.skewed, 0),
                               coalesce(a.minimum, 0), coalesce(a.maximum, 0), coalesce(a.average, 0),
                               coalesce(greatest(extract(epoch FROM statement_timestamp() - w.created_at), 0), 0)
                          FROM subject AS s
                          LEFT JOIN ages AS a ON a.source = s.source AND a.handler_id = s.handler_id
                          LEFT JOIN oldest AS w ON w.source = s.source AND w.handler_id = s.handler_id
                         ORDER BY s.source, s.handler_id
                            ON CONFLICT (source, handler_id) DO UPDATE
                           SET reported_at = excluded.reported_at,
                               node_id = excluded.node_id,
                               count = excluded.count,
                               skewed = excluded.skewed,
                               minimum = excluded.minimum,
                               maximum = excluded.maximum,
                               average = excluded.average,
                               highest_since_creation_date = excluded.highest_since_creation_date
                         WHERE r.reported_at < excluded.reported_at
                        """).param(span.toNanos() / 1_000).param(nodeId).update();
    }

    /** Handlers that nobody has any more. */
    private void forgetOthers(long nodeId) {
        database.sql("""
                        DELETE FROM lanekeeper.latency_report AS r
                         USING lanekeeper.latency_report AS outbox
                         WHERE outbox.source = 2 AND outbox.node_id = ? AND r.reported_at < outbox.reported_at
                        """).param(nodeId).update();
    }

    /** The newest report of all nodes; {@code null} before the first. */
    @Nullable
    LatencyReport newest() {
        return LatencyReport.of(database.sql("""
                        SELECT r.reported_at, r.node_id, h.name, r.count, r.skewed, r.minimum, r.maximum, r.average,
                               r.highest_since_creation_date
                          FROM lanekeeper.latency_report AS r
                          LEFT JOIN lanekeeper.handler AS h ON h.handler_id = r.handler_id
                         ORDER BY r.source DESC, h.name
                        """).query((row, n) -> row(row)).list());
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getObject(1, OffsetDateTime.class).toInstant(),
                row.getLong(2),
                row.getString(3),
                new Ages(
                        row.getLong(4),
                        row.getLong(5),
                        row.getDouble(6),
                        row.getDouble(7),
                        row.getDouble(8),
                        row.getDouble(9)));
    }
}

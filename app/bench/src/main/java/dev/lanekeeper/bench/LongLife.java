package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresDatabase;

/**
 * Fills the tables of an application that has just run for a moment as if it had run for a long time: finished items of the last
 * days, failures by forty causes, lanes that are blocked or parked, counts of each minute, latencies of a day.
 */
final class LongLife {

    static final int CUSTOMERS = 100_000;

    private final PostgresDatabase database;
    private final ConsoleOptions options;

    LongLife(PostgresDatabase database, ConsoleOptions options) {
        this.database = database;
        this.options = options;
    }

    void live() {
        var items = options.items();
        var every = items / options.failures();
        var customer = "'customer-' || mod(n, " + CUSTOMERS + ")";
        var lane = "encode(substring(sha256('\\x00000006'::bytea || convert_to('orders' || " + customer
                + ", 'UTF8')) FROM 1 FOR 16), 'hex')::uuid";
        Sql.execute(
                database.dataSource(),
                "CREATE TEMP TABLE lived AS SELECT coalesce(max(item_id), 0) AS upto FROM lanekeeper.work_item",
                """
                INSERT INTO lanekeeper.work_item (
                       handler_id, source, lane_id, partition, kafka_offset, produced_at, polled_at, stored_at, checksum, topic,
                       resource, event_key, payload, trace_parent)
                SELECT 1, 1, %2$s, mod(n, 6), 1000000 + n / 6, t.at, t.at, t.at, md5(n::text)::uuid, 'orders', %3$s,
                       convert_to(%3$s, 'UTF8'),
                       convert_to('{"number":' || n || ',"resource":"' || %3$s || '","filler":"' || repeat('x', 240) || '"}', 'UTF8'),
                       '00-' || md5(n::text) || '-' || left(md5(n::text), 16) || '-01'
                  FROM generate_series(1, %1$d) AS n
                 CROSS JOIN LATERAL (SELECT now() - (%1$d - n) * interval '0.25 s' - interval '1 min' AS at) AS t
                """.formatted(items, lane, customer),
                """
                INSERT INTO lanekeeper.outcome (item_id, handler_id, state, attempts, node_id, run_id, started_at, finished_at,
                       event_time, entity_id, event_type, event_version, reason, fingerprint)
                SELECT item_id, 1, CASE WHEN failed THEN 2 ELSE 1 END, CASE WHEN failed THEN 4 ELSE 1 END, 1, lane_id,
                       stored_at + interval '2 ms', stored_at + interval '4 ms', produced_at, 'order-' || item_id, 'placed', 'v1',
                       CASE WHEN failed THEN 'Order ' || item_id || ' could not be shipped' END,
                       CASE WHEN failed THEN left(md5(mod(item_id / %1$d, 40)::text), 16) END
                  FROM lanekeeper.work_item
                 CROSS JOIN LATERAL (SELECT mod(item_id, %1$d) = 0 AS failed) AS f
                 WHERE item_id > (SELECT upto FROM lived)
                """.formatted(every),
                """
                INSERT INTO lanekeeper.attempt (item_id, handler_id, number, node_id, run_id, started_at, finished_at, error_class,
                       error_message, stack_trace, fingerprint)
                SELECT item_id, 1, 4, 1, run_id, started_at, finished_at, 'java.lang.IllegalStateException', reason,
                       'java.lang.IllegalStateException: ' || reason || repeat(E'\n\tat dev.example.Shipping.ship(Shipping.java:42)', 30),
                       fingerprint
                  FROM lanekeeper.outcome
                 WHERE state = 2
                """,
                """
                INSERT INTO lanekeeper.tally (minute, node_id, slot, handler_id, consumed, stored, done, failed, flushes)
                SELECT date_trunc('minute', finished_at), 1, 0, 1, count(*), count(*), count(*) FILTER (WHERE state = 1),
                       count(*) FILTER (WHERE state = 2), 10
                  FROM lanekeeper.outcome
                 WHERE item_id > (SELECT upto FROM lived)
                 GROUP BY 1
                ON CONFLICT DO NOTHING
                """,
                // Whatever waits is blocked or parked: the workers have nothing to do meanwhile.
                """
                INSERT INTO lanekeeper.lane (lane_id, due_at, handler_id, waiting, parked_at, parked_by, park_reason)
                SELECT %s, now() + interval '1 day', 1, 3, p.at, CASE WHEN p.at IS NOT NULL THEN 'ada' END,
                       CASE WHEN p.at IS NOT NULL THEN 'looked into' END
                  FROM generate_series(1, 2000) AS n
                 CROSS JOIN LATERAL (SELECT CASE WHEN mod(n, 10) = 0 THEN now() END AS at) AS p
                """.formatted(lane),
                """
                WITH waiting AS (
                     INSERT INTO lanekeeper.work_item (handler_id, source, lane_id, partition, kafka_offset, produced_at,
                            polled_at, stored_at, topic, resource, payload)
                     SELECT 1, 1, l.lane_id, 0, 0, now(), now(), now(), 'orders', 'customer-' || l.lane_id, '\\x7b7d'
                       FROM lanekeeper.lane AS l
                      CROSS JOIN generate_series(1, 3)
                     RETURNING item_id, lane_id)
                INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes, attempts)
                SELECT lane_id, item_id, now() + interval '1 day', 1, 2, 3
                  FROM waiting
                """,
                """
                INSERT INTO lanekeeper.latency (seconds, since, handler_id, stage, node_id, events, sum_micros, min_micros,
                       max_micros, histogram)
                SELECT l.seconds, l.since - n * l.seconds * interval '1 s', l.handler_id, l.stage, l.node_id, l.events, l.sum_micros,
                       l.min_micros, l.max_micros, l.histogram
                  FROM (SELECT DISTINCT ON (seconds, stage) * FROM lanekeeper.latency ORDER BY seconds, stage, since DESC) AS l
                 CROSS JOIN generate_series(1, 1440) AS n
                 WHERE n * l.seconds <= 86400
                ON CONFLICT DO NOTHING
                """,
                "VACUUM ANALYZE",
                "CHECKPOINT");
    }
}

package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import org.jspecify.annotations.Nullable;

/** The product after a long life: its tables hold millions of finished items. They stay from round to round. */
final class PrefilledLanekeeper extends LanekeeperContender {

    private final long items;
    private @Nullable PostgresDatabase filled;

    PrefilledLanekeeper(PostgresServer server, long items) {
        super(server);
        this.items = items;
    }

    @Override
    public String name() {
        return "prefilled";
    }

    @Override
    PostgresDatabase database(Round round) {
        var database = filled;
        if (database == null) {
            database = super.database(round);
            filled = database;
        }
        return database;
    }

    /** The first application of this database has made the tables; nothing of the round has been stored yet. */
    @Override
    public Running open(Round round) {
        var first = filled == null;
        var running = super.open(round);
        if (first) {
            fill(running.database());
        }
        return running;
    }

    private void fill(PostgresDatabase database) {
        Sql.execute(
                database.dataSource(),
                """
                INSERT INTO lanekeeper.work_item (
                       handler_id, source, lane_id, partition, kafka_offset, produced_at, polled_at, stored_at, checksum, topic,
                       resource, event_key, payload)
                SELECT 1, 1, md5(mod(n, 100000)::text)::uuid, mod(n, 6), n / 6, t.at, t.at, t.at, md5(n::text)::uuid, 'backlog',
                       'customer-' || mod(n, 100000), decode(md5(n::text), 'hex'), convert_to(repeat('x', 300), 'UTF8')
                  FROM generate_series(1, %d) AS n
                 CROSS JOIN LATERAL (SELECT now() - interval '10 days' + n * interval '0.1 s' AS at) AS t""".formatted(items),
                """
                INSERT INTO lanekeeper.outcome (item_id, handler_id, state, attempts, node_id, run_id, started_at, finished_at)
                SELECT item_id, 1, 1, 1, 1, lane_id, stored_at, stored_at
                  FROM lanekeeper.work_item""",
                "VACUUM ANALYZE lanekeeper.work_item",
                "VACUUM ANALYZE lanekeeper.outcome",
                "CHECKPOINT");
    }
}

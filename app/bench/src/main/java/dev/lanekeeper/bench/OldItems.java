package dev.lanekeeper.bench;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Fills the tables with items from Kafka that were finished in the last month, and with some that were finished before. */
final class OldItems {

    private static final int STEP = 500_000;

    private final DataSource source;

    OldItems(DataSource source) {
        this.source = source;
    }

    /** Without the indexes, which are made anew afterwards: that takes a third of the time. */
    void fill(int rows, int due) {
        var indexes = indexes();
        indexes.forEach(index -> Sql.execute(source, "DROP INDEX lanekeeper." + index.name()));
        for (var from = 1; from <= rows; from += STEP) {
            store(from, Math.min(rows, from + STEP - 1), """
                    now() - CASE WHEN n <= %1$d THEN interval '30 days 1 h' + (%1$d - n) * interval '0.2 s'
                                 ELSE interval '29 days' * (%2$d - n) / %3$d + interval '1 h' END
                    """.formatted(due, rows, Math.max(1, rows - due)));
        }
        indexes.forEach(index -> Sql.execute(source, index.definition()));
        Sql.execute(source, "VACUUM ANALYZE lanekeeper.work_item", "VACUUM ANALYZE lanekeeper.outcome", "CHECKPOINT");
    }

    /** As many that were finished just now. */
    void store(int rows) {
        store(1, rows, "now()");
        Sql.execute(source, "CHECKPOINT");
    }

    private void store(int from, int to, String at) {
        Sql.execute(source, """
                WITH stored AS (
                     INSERT INTO lanekeeper.work_item (
                            handler_id, source, lane_id, partition, kafka_offset, produced_at, polled_at, stored_at, checksum,
                            topic, resource, event_key, payload)
                     SELECT 1, 1, md5(mod(n, 100000)::text)::uuid, mod(n, 6), n / 6, t.at, t.at, t.at, md5(n::text)::uuid,
                            'backlog', 'customer-' || mod(n, 100000), decode(md5(n::text), 'hex'),
                            convert_to(repeat('x', 300), 'UTF8')
                       FROM generate_series(%d, %d) AS n
                      CROSS JOIN LATERAL (SELECT %s AS at) AS t
                     RETURNING item_id, lane_id, stored_at)
                INSERT INTO lanekeeper.outcome (
                       item_id, handler_id, state, attempts, node_id, run_id, started_at, finished_at)
                SELECT item_id, 1, 1, 1, 1, lane_id, stored_at, stored_at
                  FROM stored
                """.formatted(from, to, at));
    }

    private record Index(String name, String definition) {}

    private List<Index> indexes() {
        try (var connection = source.getConnection();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        SELECT i.relname, pg_get_indexdef(x.indexrelid)
                          FROM pg_index AS x
                          JOIN pg_class AS i ON i.oid = x.indexrelid
                         WHERE x.indrelid IN ('lanekeeper.work_item'::regclass, 'lanekeeper.outcome'::regclass)
                           AND NOT x.indisprimary
                        """)) {
            var indexes = new ArrayList<Index>();
            while (rows.next()) {
                indexes.add(new Index(rows.getString(1), rows.getString(2)));
            }
            return indexes;
        } catch (SQLException e) {
            throw new IllegalStateException("Could not ask for indexes", e);
        }
    }
}

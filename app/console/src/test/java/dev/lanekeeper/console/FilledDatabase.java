package dev.lanekeeper.console;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.HandlerStore;
import dev.lanekeeper.work.HandlerStore.Registration;
import dev.lanekeeper.work.LaneIds;
import dev.lanekeeper.work.Schema;
import java.time.Instant;
import java.util.function.LongSupplier;
import javax.sql.DataSource;

/**
 * A database in which much has happened, without anybody at work: {@code done} items, some of them with an event time,
 * {@code failed} ones of 25 fingerprints, {@code blocked} lanes with three items each, a handler with next to nothing.
 *
 * <p>Statistics are those of empty tables, as they are where plans go wrong: autovacuum is off, whose own reads would be counted too.
 */
public final class FilledDatabase {

    public static final Instant START = Instant.parse("2025-01-01T00:00:00Z");
    public static final Instant START_OF_FAILURES = START.plusSeconds(86_400);

    public final DataSource dataSource;
    public final Database database;
    public final int orders;
    public final int rare;

    private FilledDatabase(DataSource dataSource) {
        this.dataSource = dataSource;
        this.database = new Database(dataSource, "lanekeeper");
        new Schema(database).migrate();
        leaveToUs();
        var handlers = new HandlerStore(database);
        this.orders = handlers.register(new Registration("orders", "orders", "order-group", "orders"));
        this.rare = handlers.register(new Registration("rare", "rare", "rare-group", "rare"));
    }

    private void leaveToUs() {
        database.sql("SELECT format('ALTER TABLE lanekeeper.%I SET (autovacuum_enabled = off)', tablename)"
                        + " FROM pg_tables WHERE schemaname = 'lanekeeper'")
                .query(String.class)
                .list()
                .forEach(statement -> database.sql(statement).update());
        database.sql("ALTER INDEX lanekeeper.work_item_by_time SET (autosummarize = off)")
                .update();
    }

    public static FilledDatabase create(String name) {
        var server = PostgresServer.shared().createDatabase(name);
        var pool = new HikariConfig();
        pool.setJdbcUrl(server.jdbcUrl());
        pool.setUsername(server.username());
        pool.setMaximumPoolSize(2);
        pool.setConnectionInitSql("SET synchronous_commit = off");
        var source = new HikariDataSource(pool);
        var filled = new FilledDatabase(source);
        leaveOne(source);
        return filled;
    }

    /** Migrations need two; the one that is not used any more would tell what it has read after ten seconds, in the midst of a page. */
    private static void leaveOne(HikariDataSource source) {
        source.setMaximumPoolSize(1);
        source.getHikariPoolMXBean().softEvictConnections();
    }

    /** One more item a millisecond, from {@link #START} on; every tenth with an event time of its own. */
    public FilledDatabase done(int number) {
        store(number, 1, "done", START);
        return this;
    }

    public FilledDatabase failed(int number) {
        store(number, 2, "failed", START_OF_FAILURES);
        database.sql("""
                        INSERT INTO lanekeeper.attempt (item_id, handler_id, number, node_id, run_id, started_at, finished_at,
                               error_class, error_message, stack_trace, fingerprint)
                        SELECT item_id, handler_id, 1, 1, gen_random_uuid(), started_at, finished_at, 'java.lang.Oops', 'no',
                               'java.lang.Oops: no', fingerprint
                          FROM lanekeeper.outcome
                         WHERE state = 2
                        """).update();
        return this;
    }

    private void store(int number, int state, String what, Instant start) {
        database.sql("""
                        WITH stored AS (
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, topic, partition, kafka_offset, produced_at, polled_at,
                                    stored_at, resource, event_key, payload)
                             SELECT ?, 1, encode(substring(sha256(int4send(6) || convert_to('orders' || ? || n % 1000, 'UTF8')) FOR 16), 'hex')::uuid,
                                    'orders', 0, n,
                                    ?::timestamptz + n * interval '1 millisecond', ?::timestamptz + n * interval '1 millisecond',
                                    ?::timestamptz + n * interval '1 millisecond', ? || n % 1000, 'key'::bytea,
                                    convert_to('{"n":' || n || '}', 'UTF8')
                               FROM generate_series(1, ?) AS n
                             RETURNING item_id, handler_id, kafka_offset, stored_at)
                        INSERT INTO lanekeeper.outcome (item_id, handler_id, state, attempts, started_at, finished_at, event_time,
                               entity_id, event_type, fingerprint)
                        SELECT item_id, handler_id, ?, 1, stored_at, stored_at,
                               CASE WHEN kafka_offset % 10 = 0 THEN stored_at - interval '1 day' END, 'e' || kafka_offset % 5000,
                               'placed', CASE WHEN ? = 2 THEN 'Oops at place ' || kafka_offset % 25 END
                          FROM stored
                        """)
                .param(orders)
                .param(what)
                .param(Database.timestamp(start))
                .param(Database.timestamp(start))
                .param(Database.timestamp(start))
                .param(what)
                .param(number)
                .param(state)
                .param(state)
                .update();
    }

    /** Lanes whose head has failed once and is due in an hour, and one of {@code rare} that is ready. */
    public FilledDatabase blocked(int lanes) {
        var now = database.now();
        database.sql("""
                        INSERT INTO lanekeeper.lane (lane_id, due_at, handler_id, waiting)
                        SELECT encode(substring(sha256(int4send(6) || convert_to('ordersblocked' || n, 'UTF8')) FOR 16), 'hex')::uuid,
                               ?::timestamptz + n * interval '1 second', ?, 3
                          FROM generate_series(1, ?) AS n
                        """)
                .param(Database.timestamp(now.plusSeconds(3_600)))
                .param(orders)
                .param(lanes)
                .update();
        database.sql("""
                        WITH stored AS (
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, topic, polled_at, stored_at, resource, payload)
                             SELECT ?, 1, encode(substring(sha256(int4send(6) || convert_to('ordersblocked' || n, 'UTF8')) FOR 16), 'hex')::uuid,
                                    'orders', now(), now(), 'blocked' || n, '\\x00'
                               FROM generate_series(1, 3) AS k, generate_series(1, ?) AS n
                             RETURNING item_id, handler_id, lane_id)
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes, attempts)
                        SELECT lane_id, item_id, now() + interval '1 hour', handler_id, 1, 1
                          FROM stored
                        """).param(orders).param(lanes).update();
        waiting("rare one");
        return this;
    }

    /** Jobs that are due in an hour and after, one a second; the last of all is of {@code rare}. */
    public FilledDatabase scheduled(int number) {
        database.sql("""
                        INSERT INTO lanekeeper.scheduled_job (job_id, handler_id, lane_group, due_at, enqueued_at)
                        SELECT -n, CASE WHEN n = ? THEN ? ELSE ? END, 'orders', now() + interval '1 hour' + n * interval '1 second', now()
                          FROM generate_series(1, ?) AS n
                        """).param(number).param(rare).param(orders).param(number).update();
        return this;
    }

    /** Jobs that recur, each with an item of its last time, where there are so many; the last of all is of {@code rare}. */
    public FilledDatabase recurring(int number) {
        database.sql("""
                        INSERT INTO lanekeeper.recurring_job (handler_id, name, cron, zone, next_at, last_item)
                        SELECT CASE WHEN n = ? THEN ? ELSE ? END, 'n' || n, '0 0 3 * * *', 'UTC', now() + n * interval '1 second', n
                          FROM generate_series(1, ?) AS n
                        """).param(number).param(rare).param(orders).param(number).update();
        return this;
    }

    /** An item of {@code rare} that waits in a lane of its own; its id. */
    public long waiting(String resource) {
        var lane = LaneIds.of("rare", resource);
        database.sql("INSERT INTO lanekeeper.lane (lane_id, due_at, handler_id, waiting) VALUES (?, now(), ?, 1)")
                .param(lane)
                .param(rare)
                .update();
        return database.sql("""
                        WITH stored AS (
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, topic, polled_at, stored_at, resource, payload)
                             VALUES (?, 1, ?, 'rare', now(), now(), ?, '\\xff00')
                             RETURNING item_id, handler_id, lane_id)
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                        SELECT lane_id, item_id, now(), handler_id, 1
                          FROM stored
                        RETURNING item_id
                        """)
                .param(rare)
                .param(lane)
                .param(resource)
                .query(Long.class)
                .single();
    }

    /** A finished item, with what matters to a test. */
    public long finished(int handler, int state, String topic, String entity, Instant eventTime) {
        return database.sql("""
                        WITH stored AS (
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, topic, polled_at, stored_at, resource, payload)
                             VALUES (?, 1, gen_random_uuid(), ?, now(), now(), 'r', '{}')
                             RETURNING item_id)
                        INSERT INTO lanekeeper.outcome (item_id, handler_id, state, attempts, started_at, finished_at, event_time,
                               entity_id)
                        SELECT item_id, ?, ?, 1, now(), now(), ?, ?
                          FROM stored
                        RETURNING item_id
                        """)
                .param(handler)
                .param(topic)
                .param(handler)
                .param(state)
                .param(eventTime == null ? null : Database.timestamp(eventTime))
                .param(entity)
                .query(Long.class)
                .single();
    }

    /** Rows and index entries of all tables that a step reads. */
    public long reads(Runnable step) {
        LongSupplier soFar = () -> {
            database.sql("SELECT pg_stat_force_next_flush()")
                    .query((row, n) -> n)
                    .list();
            database.sql("SELECT 1").query(Integer.class).single();
            return database.sql("""
                            SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = 'lanekeeper')
                                 + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'lanekeeper')
                            """).query(Long.class).single();
        };
        var before = soFar.getAsLong();
        step.run();
        return soFar.getAsLong() - before;
    }
}

package dev.lanekeeper.work;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.ItemResult.FailedAttempt;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.ItemResult.Retry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A corridor on a real database of its own, for tests that speak of items, lanes and runs. */
final class Corridor {

    static final String TOPIC = "orders";

    final DataSource dataSource;
    final Database database;
    final SettableClock clock = new SettableClock(Instant.parse("2030-01-01T00:00:00Z"));
    final NodeStore nodes;
    final int handlerId;
    Probe probe = Probe.NONE;

    private Corridor(DataSource dataSource, UnaryOperator<String> rewrite) {
        this.dataSource = dataSource;
        this.database = new Database(dataSource, "lanekeeper", rewrite);
        this.nodes = new NodeStore(database);
        this.handlerId =
                new HandlerStore(database).register(new HandlerStore.Registration("orders", "orders", "orders", TOPIC));
        assign(0, 1, 0);
    }

    /** An empty corridor; the one before, of another test, is no more. */
    static Corridor open() {
        return open(UnaryOperator.identity());
    }

    /** The same with the product's own SQL in a form that is known to be wrong. */
    static Corridor open(UnaryOperator<String> rewrite) {
        return open(Shared.SOURCE, rewrite);
    }

    /** The same, reached in another way. */
    static Corridor open(DataSource dataSource, UnaryOperator<String> rewrite) {
        Shared.empty();
        return new Corridor(dataSource, rewrite);
    }

    /** Connections to the database that all tests of this class empty and fill. */
    static DataSource connections() {
        return Shared.SOURCE;
    }

    /** A corridor in a new database of its own, on one connection that stays. */
    static Corridor apart(String name, UnaryOperator<String> rewrite) {
        var database = PostgresServer.shared().createDatabase(name);
        var source = new SingleConnectionDataSource(database.jdbcUrl(), database.username(), "", true);
        migrate(database.dataSource());
        new Database(source, "lanekeeper").sql("SET synchronous_commit = off").update();
        return new Corridor(source, rewrite);
    }

    /** Without what the server does by itself at any time, and counts among the reads. */
    private static void migrate(DataSource source) {
        var database = new Database(source, "lanekeeper");
        new Schema(database).migrate();
        database.sql("ALTER INDEX lanekeeper.work_item_by_time SET (autosummarize = off)")
                .update();
    }

    private static final class Shared {

        static final DataSource SOURCE = migrated();

        private static DataSource migrated() {
            var database = PostgresServer.shared().createDatabase("corridor");
            var pool = new HikariConfig();
            pool.setJdbcUrl(database.jdbcUrl());
            pool.setUsername(database.username());
            pool.setMaximumPoolSize(10);
            pool.setMinimumIdle(0);
            pool.setConnectionInitSql("SET synchronous_commit = off");
            var source = new HikariDataSource(pool);
            migrate(source);
            return source;
        }

        static void empty() {
            new Database(SOURCE, "lanekeeper").sql("""
                            DELETE FROM lanekeeper.work_item;
                            DELETE FROM lanekeeper.lane_item;
                            DELETE FROM lanekeeper.lane;
                            DELETE FROM lanekeeper.outcome;
                            DELETE FROM lanekeeper.attempt;
                            DELETE FROM lanekeeper.partition_progress;
                            DELETE FROM lanekeeper.identity;
                            DELETE FROM lanekeeper.node;
                            DELETE FROM lanekeeper.handler;
                            DELETE FROM lanekeeper.tally;
                            DELETE FROM lanekeeper.item_request;
                            DELETE FROM lanekeeper.operation;
                            DELETE FROM lanekeeper.bulk_operation;
                            DELETE FROM lanekeeper.bulk_item;
                            DELETE FROM lanekeeper.outbox_entry;
                            DELETE FROM lanekeeper.outbox_subscription;
                            DELETE FROM lanekeeper.scheduled_job;
                            DELETE FROM lanekeeper.recurring_job;
                            DELETE FROM lanekeeper.unique_lock;
                            DELETE FROM lanekeeper.unique_claim;
                            DELETE FROM lanekeeper.run_lock;
                            DELETE FROM lanekeeper.lock_waiter;
                            DELETE FROM lanekeeper.job_request;
                            DELETE FROM lanekeeper.unique_conflict;
                            DELETE FROM lanekeeper.setting_change;
                            DELETE FROM lanekeeper.housekeeping;
                            DELETE FROM lanekeeper.work_item_archive;
                            DELETE FROM lanekeeper.outcome_archive;
                            DELETE FROM lanekeeper.attempt_archive;
                            """).update();
        }
    }

    /** Gives a partition to a consumer. */
    void assign(int partition, long generation, long nextOffset) {
        database.sql("""
                        INSERT INTO lanekeeper.partition_progress (handler_id, topic, partition, topic_id, generation, next_offset)
                        VALUES (?, ?, ?, gen_random_uuid(), ?, ?)
                            ON CONFLICT (topic, partition, handler_id) DO UPDATE
                           SET generation = excluded.generation
                        """)
                .param(handlerId)
                .param(TOPIC)
                .param(partition)
                .param(generation)
                .param(nextOffset)
                .update();
    }

    long node() {
        return nodes.register(new NodeStore.NewNode("test", "1", "intake,workers", 4, List.of(handlerId)));
    }

    ItemStorer storer(HandOver handOver) {
        return new ItemStorer(database, handOver, clock, step -> probe.reached(step));
    }

    ItemStorer storer() {
        return storer(new NoHandOver());
    }

    ResultRecorder recorder() {
        return new ResultRecorder(database, clock, step -> probe.reached(step));
    }

    NodeRescuer rescuer() {
        return new NodeRescuer(database, clock, step -> probe.reached(step), 3);
    }

    StoredBatch store(NewItem... items) {
        return storer().store(batch(1, items));
    }

    KafkaBatch batch(long generation, NewItem... items) {
        var claims = List.of(items).stream()
                .map(i -> new PartitionClaim(i.topic(), i.partition(), generation))
                .distinct()
                .toList();
        return new KafkaBatch(handlerId, "orders", KafkaBatch.FIRST_SLOT, claims, List.of(items));
    }

    static NewItem item(long offset, @Nullable String resource) {
        return item(0, offset, resource);
    }

    static NewItem item(int partition, long offset, @Nullable String resource) {
        var value = ("{\"n\":" + offset + "}").getBytes(StandardCharsets.UTF_8);
        return new NewItem(
                TOPIC,
                partition,
                offset,
                Instant.parse("2030-01-01T00:00:00Z"),
                Instant.parse("2030-01-01T00:00:00Z"),
                null,
                value,
                List.of(new RawHeader("h", null)),
                resource,
                null,
                null,
                null,
                null);
    }

    static NewItem[] items(long from, long to, @Nullable String resource) {
        return LongStream.range(from, to).mapToObj(o -> item(o, resource)).toArray(NewItem[]::new);
    }

    /** Claims what is ready for one new run. */
    Claimed claim(long nodeId) {
        var run = new Run(nodeId, UUID.randomUUID());
        var lanes = new LaneClaimer(database, clock, step -> probe.reached(step))
                .claim(nodeId, Map.of(handlerId, 1000), ready -> Map.of(run.runId(), ready.get(handlerId)));
        return new Claimed(run, lanes.getOrDefault(run.runId(), List.of()));
    }

    record Claimed(Run run, List<OwnedLane> lanes) {

        OwnedLane lane() {
            return lanes.get(0);
        }
    }

    List<WaitingItem> read(OwnedLane... lanes) {
        return new WaitingItemSearch(database)
                .first(List.of(lanes).stream().map(OwnedLane::laneId).toList(), 100, 1_000_000);
    }

    ItemResult done(WaitingItem item) {
        return finished(item, State.DONE, false);
    }

    ItemResult finished(WaitingItem item, State state, boolean park) {
        return new Finished(
                item.itemId(),
                item.handlerId(),
                item.ctid(),
                state,
                1,
                clock.instant(),
                clock.instant(),
                new Outcome.Ack(null, null, null, null),
                null,
                null,
                true,
                park,
                null);
    }

    ItemResult retry(WaitingItem item, Duration delay) {
        return new Retry(
                item.itemId(),
                item.handlerId(),
                item.attempts() + 1,
                clock.instant(),
                clock.instant(),
                clock.instant().plus(delay),
                new FailedAttempt(item.attempts() + 1, "Oops", "no", "Oops: no", "Oops@test"));
    }

    Recorded record(Claimed claimed, OwnedLane lane, boolean keep, ItemResult... results) {
        return recorder()
                .record(
                        claimed.run(),
                        1,
                        List.of(new LaneResult(
                                lane, List.of(results), keep ? LaneResult.Next.KEEP : LaneResult.Next.RELEASE, false)));
    }

    /** Runs all that is ready until nothing is; the offsets in the order in which they were handled. */
    List<Long> drain() {
        var handled = new ArrayList<Long>();
        var node = node();
        for (var claimed = claim(node); !claimed.lanes().isEmpty(); claimed = claim(node)) {
            for (var lane : claimed.lanes()) {
                var results = new ArrayList<ItemResult>();
                for (var item : read(lane)) {
                    handled.add(item.event().offset());
                    results.add(done(item));
                }
                recorder()
                        .record(
                                claimed.run(),
                                1,
                                List.of(new LaneResult(lane, results, LaneResult.Next.RELEASE, false)));
            }
        }
        return handled;
    }

    /** The same by a run that stops at the first item of a lane that is not due, as handlers with {@code block} want it. */
    List<Long> drainInOrder() {
        var handled = new ArrayList<Long>();
        var node = node();
        for (var claimed = claim(node); !claimed.lanes().isEmpty(); claimed = claim(node)) {
            for (var lane : claimed.lanes()) {
                var results = new ArrayList<ItemResult>();
                for (var item : read(lane)) {
                    if (item.dueAt().isAfter(clock.instant())) {
                        break;
                    }
                    handled.add(item.event().offset());
                    results.add(done(item));
                }
                recorder()
                        .record(
                                claimed.run(),
                                1,
                                List.of(new LaneResult(lane, results, LaneResult.Next.RELEASE, false)));
            }
        }
        return handled;
    }

    /** Of a node without workers, which tells nobody of duplicates. */
    JobStorer jobStorer() {
        return jobStorer((claim, result) -> {});
    }

    JobStorer jobStorer(DuplicateListener listener) {
        var door = new JobStorer.Door() {
            @Override
            public HandOver toCaller() {
                return handOver();
            }

            @Override
            public DuplicateListener listener() {
                return listener;
            }

            @Override
            public HandOver handOver() {
                return HandOver.NONE;
            }

            @Override
            public long nodeId() {
                return 1;
            }
        };
        return new JobStorer(database, door, clock, step -> probe.reached(step));
    }

    /** Rows and index entries of our tables that were read since there are such tables. */
    long readsSoFar() {
        database.sql("SELECT pg_stat_force_next_flush()").query((row, n) -> n).list();
        database.sql("SELECT 1").query(Integer.class).single();
        return database.sql("""
                        SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = 'lanekeeper')
                             + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'lanekeeper')
                        """).query(Long.class).single();
    }

    long count(String fromWhere) {
        return database.sql("SELECT count(*) FROM " + fromWhere)
                .query(Long.class)
                .single();
    }
}

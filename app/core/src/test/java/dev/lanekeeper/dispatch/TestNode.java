package dev.lanekeeper.dispatch;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.handler.HandlerCall;
import dev.lanekeeper.handler.HandlerCall.Transaction;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.HandlerDefinition.AfterExhaustion;
import dev.lanekeeper.handler.HandlerDefinition.Backoff;
import dev.lanekeeper.handler.HandlerDefinition.Failures;
import dev.lanekeeper.handler.HandlerDefinition.KafkaSource;
import dev.lanekeeper.handler.HandlerDefinition.Lanes;
import dev.lanekeeper.handler.HandlerDefinition.Limits;
import dev.lanekeeper.handler.HandlerDefinition.OnFailure;
import dev.lanekeeper.handler.HandlerDefinition.StartFrom;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.handler.LockRules;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.jobs.JobRunrSettings;
import dev.lanekeeper.lock.RedisSettings;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.run.RunSettings;
import dev.lanekeeper.setting.HandlerValues;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.DatabaseClock;
import dev.lanekeeper.work.HandlerStore;
import dev.lanekeeper.work.ItemStorer;
import dev.lanekeeper.work.KafkaBatch;
import dev.lanekeeper.work.MigratedDatabase;
import dev.lanekeeper.work.NewItem;
import dev.lanekeeper.work.PartitionClaim;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.SettingStore;
import dev.lanekeeper.work.StoredBatch;
import dev.lanekeeper.work.UniqueClaim;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A node on a real database with handlers made of lambdas; records are stored as an intake would. */
public final class TestNode implements AutoCloseable {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    final HikariDataSource pool;
    public final Database database;
    final DatabaseClock clock;
    final RegisteredHandlers handlers;
    final LiveSettings settings;
    public final Node node;
    private final ItemStorer storer;

    /** A lambda as a handler. */
    public interface Body {

        Outcome handle(EventContext context) throws Exception;
    }

    private TestNode(
            HikariDataSource pool, List<HandlerDefinition> definitions, List<RunListener> listeners, int workers) {
        this(pool, definitions, listeners, workers, null);
    }

    private TestNode(
            HikariDataSource pool,
            List<HandlerDefinition> definitions,
            List<RunListener> listeners,
            int workers,
            @Nullable RedisSettings redis) {
        this.pool = pool;
        this.database = new Database(pool, "lanekeeper");
        MigratedDatabase.complete(database);
        this.clock = new DatabaseClock(database);
        this.handlers = RegisteredHandlers.register(new Handlers(definitions), new HandlerStore(database));
        this.settings = new LiveSettings(new SettingStore(database), values(workers));
        settings.start();
        var nodeSettings = new NodeSettings(
                "test",
                "1",
                "intake,workers",
                true,
                runSettings(),
                JobRunrSettings.of("lanekeeper", "test", workers),
                redis);
        this.node = new Node(nodeSettings, database, clock, handlers, settings, listeners, Probe.NONE);
        this.storer = new ItemStorer(database, node.handOver(), clock, Probe.NONE);
        handlers.numbers().forEach(this::assign);
        node.start();
    }

    private Map<Integer, HandlerValues> values(int workers) {
        return handlers.byNumber().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        e -> new HandlerValues(
                                500, 8 << 20, null, e.getValue().failures().maxRetries(), false, workers)));
    }

    static TestNode start(HandlerDefinition... definitions) {
        return start(4, definitions);
    }

    static TestNode start(int workers, HandlerDefinition... definitions) {
        return on(freshPool(), workers, definitions);
    }

    public static TestNode start(List<RunListener> listeners, HandlerDefinition... definitions) {
        return new TestNode(freshPool(), List.of(definitions), listeners, 4);
    }

    static TestNode on(HikariDataSource pool, int workers, HandlerDefinition... definitions) {
        return new TestNode(pool, List.of(definitions), List.of(), workers);
    }

    static TestNode on(
            HikariDataSource pool, int workers, List<RunListener> listeners, HandlerDefinition... definitions) {
        return new TestNode(pool, List.of(definitions), listeners, workers);
    }

    /** One that shares its locks. */
    static TestNode sharing(HikariDataSource pool, int workers, RedisSettings redis, HandlerDefinition... definitions) {
        return new TestNode(pool, List.of(definitions), List.of(), workers, redis);
    }

    static HikariDataSource freshPool() {
        var database = MigratedDatabase.create("node_" + DATABASES.incrementAndGet());
        return pool(database.jdbcUrl(), database.username());
    }

    static HikariDataSource pool(String url, String user) {
        var pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setUsername(user);
        pool.setMaximumPoolSize(16);
        return pool;
    }

    private static RunSettings runSettings() {
        return new RunSettings(
                Duration.ofSeconds(2), 5_000, 256, Duration.ofMillis(100), 16 << 20, Duration.ofMinutes(5));
    }

    public static HandlerDefinition handler(String id, Body body) {
        return handler(
                id,
                new Failures(
                        3,
                        new Backoff(Duration.ofMillis(50), Duration.ofMillis(200)),
                        OnFailure.BLOCK,
                        AfterExhaustion.CONTINUE,
                        null),
                body);
    }

    public static HandlerDefinition handler(String id, Failures failures, Body body) {
        return new HandlerDefinition(
                id,
                new Lanes(id, event -> null),
                new KafkaSource(List.of(id), null, id, 1, true, StartFrom.EARLIEST, Map.of()),
                null,
                failures,
                new Limits(null, null, 200_000, false),
                new LambdaCall(body, null));
    }

    /** The same handler with other rules. */
    public static HandlerDefinition with(HandlerDefinition handler, Limits limits, @Nullable Transaction transaction) {
        var call = new LambdaCall(((LambdaCall) handler.call()).body(), transaction);
        return new HandlerDefinition(
                handler.id(), handler.lanes(), handler.kafka(), null, handler.failures(), limits, call);
    }

    /** The same handler, whose items need these locks. */
    static HandlerDefinition locked(HandlerDefinition handler, LockRule... rules) {
        return new HandlerDefinition(
                handler.id(),
                handler.lanes(),
                handler.kafka(),
                null,
                handler.failures(),
                handler.limits(),
                handler.call(),
                false,
                null,
                new LockRules(List.of(rules)));
    }

    /** The same handler in lanes that it shares with others. */
    static HandlerDefinition inLane(String group, HandlerDefinition handler) {
        return new HandlerDefinition(
                handler.id(),
                new Lanes(group, handler.lanes().resource()),
                handler.kafka(),
                null,
                handler.failures(),
                handler.limits(),
                handler.call());
    }

    private record LambdaCall(Body body, @Nullable Transaction transaction) implements HandlerCall {

        @Override
        public Outcome call(EventContext context) throws Exception {
            return body.handle(context);
        }

        @Override
        public Outcome.Ack fieldsOf(EventContext context) {
            return new Outcome.Ack(null, null, null, null);
        }

        @Override
        public void start() {}

        @Override
        public void stop() {}
    }

    private void assign(int handlerId) {
        database.sql("""
                        INSERT INTO lanekeeper.partition_progress (handler_id, topic, partition, topic_id, generation, next_offset)
                        VALUES (?, ?, 0, gen_random_uuid(), 1, 0)
                            ON CONFLICT DO NOTHING
                        """).param(handlerId).param(topic(handlerId)).update();
    }

    private String topic(int handlerId) {
        return handlers.byNumber().get(handlerId).id();
    }

    int number(String handler) {
        return handlers.byNumber().entrySet().stream()
                .filter(e -> e.getValue().id().equals(handler))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    /** Stores records whose resources are given, from this offset on. */
    public StoredBatch store(String handler, long offset, @Nullable String... resources) {
        return store(handler, offset, List.of(), resources);
    }

    /** The same with headers. */
    public StoredBatch store(String handler, long offset, List<RawHeader> headers, @Nullable String... resources) {
        var items = new ArrayList<NewItem>();
        for (var resource : resources) {
            items.add(item(handler, offset++, headers, resource));
        }
        var number = number(handler);
        return storer.store(new KafkaBatch(
                number, laneGroup(number), KafkaBatch.FIRST_SLOT, List.of(new PartitionClaim(handler, 0, 1)), items));
    }

    /** One that claims to be the only one of its key. */
    StoredBatch store(String handler, long offset, @Nullable UniqueClaim claim, String resource) {
        var now = Instant.parse("2030-01-01T00:00:00Z");
        var item = new NewItem(
                handler,
                0,
                offset,
                now,
                now,
                null,
                new byte[0],
                List.of(),
                resource,
                null,
                null,
                null,
                null,
                claim,
                null);
        var number = number(handler);
        return storer.store(new KafkaBatch(
                number,
                laneGroup(number),
                KafkaBatch.FIRST_SLOT,
                List.of(new PartitionClaim(handler, 0, 1)),
                List.of(item)));
    }

    private String laneGroup(int handlerId) {
        return Objects.requireNonNull(handlers.byNumber().get(handlerId))
                .lanes()
                .group();
    }

    private NewItem item(String handler, long offset, List<RawHeader> headers, @Nullable String resource) {
        var now = Instant.parse("2030-01-01T00:00:00Z");
        var value = Long.toString(offset).getBytes(StandardCharsets.UTF_8);
        return new NewItem(handler, 0, offset, now, now, null, value, headers, resource, null, null, null, null);
    }

    public long count(String fromWhere) {
        return JdbcClient.create(pool)
                .sql("SELECT count(*) FROM " + fromWhere)
                .query(Long.class)
                .single();
    }

    @Override
    public void close() {
        node.stop(Duration.ofSeconds(5));
        settings.stop();
        pool.close();
    }
}

package dev.lanekeeper.intake.kafka;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.BacklogSearch;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.HandlerStore;
import dev.lanekeeper.work.ItemStorer;
import dev.lanekeeper.work.KafkaBatch;
import dev.lanekeeper.work.MigratedDatabase;
import dev.lanekeeper.work.NoHandOver;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.ProgressStore;
import dev.lanekeeper.work.Schema;
import dev.lanekeeper.work.StoredBatch;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A real database, a real broker, and intakes between them. */
final class IntakeBench implements AutoCloseable {

    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static final Duration STOP = Duration.ofSeconds(20);

    final KafkaBroker broker;
    final Database database;
    final ProgressStore progress;
    final String mark;
    private final HikariDataSource pool;
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<KafkaIntakes> intakes = new ArrayList<>();
    private final AtomicReference<Exception> undelivered = new AtomicReference<>();
    private final Set<Integer> pausedHandlers = ConcurrentHashMap.newKeySet();
    private final List<Runnable> quiet = new ArrayList<>();
    volatile FlushSettings flush = new FlushSettings(500, 8 << 20, Duration.ofMillis(20));

    private IntakeBench(KafkaBroker broker, PostgresDatabase postgres) {
        this.broker = broker;
        this.pool = new HikariDataSource();
        pool.setJdbcUrl(postgres.jdbcUrl());
        pool.setUsername(postgres.username());
        pool.setPassword("");
        pool.setMaximumPoolSize(12);
        pool.setConnectionTimeout(2000);
        this.database = new Database(pool, "lanekeeper");
        MigratedDatabase.complete(database);
        this.mark = new Schema(database).install("test").mark().toString();
        this.progress = new ProgressStore(database, Clock.systemUTC());
        // Not idempotent: a broker that was killed may refuse the sequence of one that outlives it, until its records
        // expire.
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "linger.ms",
                        "5",
                        "max.request.size",
                        20 << 20,
                        "enable.idempotence",
                        "false",
                        "acks",
                        "all",
                        "max.in.flight.requests.per.connection",
                        "1"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    static IntakeBench open() {
        return open(KafkaBroker.shared());
    }

    static IntakeBench open(KafkaBroker broker) {
        return new IntakeBench(broker, MigratedDatabase.create(newDatabase()));
    }

    static IntakeBench open(KafkaBroker broker, PostgresServer server) {
        return new IntakeBench(broker, server.createDatabase(newDatabase()));
    }

    private static String newDatabase() {
        return "intake_" + DATABASES.incrementAndGet();
    }

    /** Keeps what is logged below a name out of the output until the bench is closed. */
    void silence(String logger) {
        QuietLog.of(logger, quiet);
    }

    /** A topic that no other test has. */
    String topic(int partitions) {
        return topic(partitions, Map.of());
    }

    String topic(int partitions, Map<String, String> settings) {
        var name = newName();
        broker.createTopic(name, partitions, settings);
        return name;
    }

    /** The offsets before this one. */
    static List<Long> upTo(long end) {
        return LongStream.range(0, end).boxed().toList();
    }

    static String newName() {
        return "t-" + UUID.randomUUID();
    }

    KafkaIntakes start(TestHandler... handlers) {
        return start(UnaryOperator.identity(), List.of(), handlers);
    }

    KafkaIntakes start(IntakeListener listener, TestHandler... handlers) {
        return start(UnaryOperator.identity(), List.of(listener), handlers);
    }

    /** Another node, whose storer is wrapped. */
    KafkaIntakes start(
            UnaryOperator<Function<KafkaBatch, StoredBatch>> storer,
            List<IntakeListener> listeners,
            TestHandler... handlers) {
        var definitions =
                List.of(handlers).stream().map(TestHandler::definition).toList();
        var made = new KafkaIntakes(
                definitions,
                Map.of("bootstrap.servers", broker.bootstrapServers(), "heartbeat.interval.ms", "500"),
                environment(storer),
                listeners);
        intakes.add(made);
        made.start();
        return made;
    }

    private IntakeEnvironment environment(UnaryOperator<Function<KafkaBatch, StoredBatch>> storer) {
        var real = new ItemStorer(database, new NoHandOver(), Clock.systemUTC(), Probe.NONE);
        return new IntakeEnvironment(
                storer.apply(real::store),
                progress,
                new BacklogSearch(database),
                number -> flush,
                pausedHandlers::contains,
                64 << 20,
                mark,
                () -> 1,
                this::number,
                Clock.systemUTC(),
                Probe.NONE);
    }

    int number(String handler) {
        return new HandlerStore(database).register(new HandlerStore.Registration(handler, handler, handler, handler));
    }

    int number(HandlerDefinition handler) {
        return number(handler.id());
    }

    void produce(String topic, int partition, int from, int to) {
        for (var n = from; n < to; n++) {
            send(new ProducerRecord<>(topic, partition, bytes("key-" + n % 50), bytes("{\"n\":" + n + "}")));
        }
        flushProducer();
    }

    void send(ProducerRecord<byte[], byte[]> record) {
        var unused = producer.send(record, (where, failure) -> {
            if (failure != null) {
                undelivered.compareAndSet(null, failure);
            }
        });
    }

    void flushProducer() {
        producer.flush();
        if (undelivered.get() != null) {
            throw new IllegalStateException(
                    "The test's own records did not reach the broker: " + broker.condition(), undelivered.get());
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The offsets that are stored of a partition, in the order of their items. */
    List<Long> stored(String topic, int partition) {
        return database.sql("""
                        SELECT kafka_offset
                          FROM lanekeeper.work_item
                         WHERE topic = ? AND partition = ?
                         ORDER BY item_id
                        """).param(topic).param(partition).query(Long.class).list();
    }

    long count(String topic) {
        return database.sql("SELECT count(*) FROM lanekeeper.work_item WHERE topic = ?")
                .param(topic)
                .query(Long.class)
                .single();
    }

    long progressOf(String handler, String topic, int partition, String column) {
        return database.sql("SELECT " + column
                        + " FROM lanekeeper.partition_progress WHERE handler_id = ? AND topic = ? AND partition = ?")
                .param(number(handler))
                .param(topic)
                .param(partition)
                .query(Long.class)
                .optional()
                .orElse(-1L);
    }

    long one(String query) {
        return database.sql(query).query(Long.class).single();
    }

    void pause(String handler, boolean paused) {
        if (paused) {
            pausedHandlers.add(number(handler));
        } else {
            pausedHandlers.remove(number(handler));
        }
    }

    /** As if all that waits were done. */
    void forgetWaiting(String handler) {
        database.sql("DELETE FROM lanekeeper.lane WHERE handler_id = ?")
                .param(number(handler))
                .update();
    }

    /** One record in each transaction, and whether that one commits. */
    void produceInTransactions(String topic, List<Boolean> commits) {
        var settings = Map.<String, Object>of(
                "bootstrap.servers", broker.bootstrapServers(), "transactional.id", "tx-" + topic);
        try (var transactional = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            transactional.initTransactions();
            for (var commit : commits) {
                transactional.beginTransaction();
                var unused = transactional.send(new ProducerRecord<>(topic, 0, bytes("k"), bytes("v")));
                if (commit) {
                    transactional.commitTransaction();
                } else {
                    transactional.flush();
                    transactional.abortTransaction();
                }
            }
        }
    }

    OffsetAndMetadata committed(String group, String topic, int partition) {
        try (var admin = broker.admin()) {
            return admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(new TopicPartition(topic, partition));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** As a person with Kafka's own tools would. */
    void setOffset(String group, String topic, int partition, long offset) {
        try (var admin = broker.admin()) {
            admin.alterConsumerGroupOffsets(
                            group, Map.of(new TopicPartition(topic, partition), new OffsetAndMetadata(offset)))
                    .all()
                    .get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    long end(String topic, int partition) {
        try (var admin = broker.admin()) {
            var place = new TopicPartition(topic, partition);
            return admin.listOffsets(Map.of(place, OffsetSpec.latest()))
                    .partitionResult(place)
                    .get()
                    .offset();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        intakes.forEach(i -> i.stop(STOP));
        producer.close(Duration.ofSeconds(1));
        pool.close();
        quiet.forEach(Runnable::run);
    }
}

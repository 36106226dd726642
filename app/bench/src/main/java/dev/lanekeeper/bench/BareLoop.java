package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The least that stores records at all: poll, one insert of the whole batch, commit, commit the offsets. It handles nothing, so it
 * shows what Kafka and PostgreSQL cost by themselves.
 */
final class BareLoop implements Contender {

    private final PostgresServer server;

    BareLoop(PostgresServer server) {
        this.server = server;
    }

    @Override
    public String name() {
        return "bare";
    }

    @Override
    public Running open(Round round) {
        var database = server.createDatabase("bare_" + round.number());
        Sql.execute(database.dataSource(), """
                CREATE TABLE record (
                  id           bigserial PRIMARY KEY,
                  topic        text      NOT NULL,
                  partition    integer   NOT NULL,
                  kafka_offset bigint    NOT NULL,
                  event_key    bytea,
                  payload      bytea)""");
        return new Loop(round, database);
    }

    private static final class Loop implements Running {

        private final Round round;
        private final PostgresDatabase database;
        private final CountDownLatch done = new CountDownLatch(1);
        private final Thread thread = new Thread(this::run, "bare-loop");
        private volatile boolean closed;
        private final AtomicInteger stored = new AtomicInteger();
        private volatile @Nullable Exception failure;

        Loop(Round round, PostgresDatabase database) {
            this.round = round;
            this.database = database;
        }

        @Override
        public PostgresDatabase database() {
            return database;
        }

        @Override
        public boolean handles() {
            return false;
        }

        @Override
        public void start() {
            thread.start();
        }

        private void run() {
            Map<String, Object> settings = Map.of(
                    "bootstrap.servers",
                    round.broker().bootstrapServers(),
                    "group.id",
                    round.group("bare"),
                    "auto.offset.reset",
                    "earliest",
                    "enable.auto.commit",
                    false,
                    "max.poll.records",
                    round.options().flushSize());
            try (var consumer =
                            new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                    var connection = database.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                consumer.subscribe(List.of(round.topic()));
                while (stored.get() < round.load().events() && !closed) {
                    var records = consumer.poll(Duration.ofMillis(100));
                    if (!records.isEmpty()) {
                        round.meter().begin();
                        insert(connection, records);
                        consumer.commitSync();
                        stored.addAndGet(records.count());
                    }
                }
            } catch (SQLException | RuntimeException e) {
                failure = e;
            } finally {
                done.countDown();
            }
        }

        private static void insert(Connection connection, ConsumerRecords<byte[], byte[]> records) throws SQLException {
            var topics = new ArrayList<String>();
            var partitions = new ArrayList<Integer>();
            var offsets = new ArrayList<Long>();
            var keys = new ArrayList<byte[]>();
            var values = new ArrayList<byte[]>();
            for (var record : records) {
                topics.add(record.topic());
                partitions.add(record.partition());
                offsets.add(record.offset());
                keys.add(record.key());
                values.add(record.value());
            }
            try (var statement = connection.prepareStatement("""
                    INSERT INTO record (topic, partition, kafka_offset, event_key, payload)
                    SELECT * FROM unnest(?::text[], ?::int[], ?::bigint[], ?::bytea[], ?::bytea[])""")) {
                statement.setArray(1, connection.createArrayOf("text", topics.toArray()));
                statement.setArray(2, connection.createArrayOf("int4", partitions.toArray()));
                statement.setArray(3, connection.createArrayOf("int8", offsets.toArray()));
                statement.setArray(4, connection.createArrayOf("bytea", keys.toArray(byte[][]::new)));
                statement.setArray(5, connection.createArrayOf("bytea", values.toArray(byte[][]::new)));
                statement.executeUpdate();
            }
            connection.commit();
        }

        @Override
        public boolean awaitDone(Duration patience) {
            try {
                var ended = done.await(patience.toMillis(), TimeUnit.MILLISECONDS);
                if (failure != null) {
                    throw new IllegalStateException("The bare loop failed", failure);
                }
                return ended;
            } catch (InterruptedException e) {
                throw new IllegalStateException("Interrupted", e);
            }
        }

        @Override
        public int done() {
            return stored.get();
        }

        @Override
        public long jobs() {
            return 0;
        }

        @Override
        public Latencies latencies(int from) {
            return Latencies.NONE;
        }

        @Override
        public void close() {
            closed = true;
            awaitDone(Duration.ofSeconds(10));
        }
    }
}

package dev.lanekeeper.bench;

import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.testkit.RedisServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;

/**
 * What a team would write itself: a batch listener of Spring Kafka enqueues JobRunr jobs in bulk, one for each event, and each job
 * holds a Redisson lock of its resource. The driver rewrites batched inserts, jobs are plain requests, all as the documentation of
 * each library advises.
 */
final class ByHand implements Contender {

    private final PostgresServer server;
    private final RedisServer redis;

    ByHand(PostgresServer server, RedisServer redis) {
        this.server = server;
        this.redis = redis;
    }

    @Override
    public String name() {
        return "by-hand";
    }

    @Override
    public Running open(Round round) {
        var database = server.createDatabase("by_hand_" + round.number());
        var listener = round.group(name());
        var context = new SpringApplicationBuilder(ByHandApplication.class)
                .properties(settings(round, database, listener))
                .initializers(c -> c.getBeanFactory().registerSingleton("round", round))
                .run();
        return new Application(round, database, listener, context);
    }

    private Map<String, Object> settings(Round round, PostgresDatabase database, String listener) {
        var settings = new HashMap<String, Object>();
        settings.put("bench.contender", name());
        settings.put("bench.topic", round.topic());
        settings.put("bench.handler", listener);
        settings.put("bench.redis", redis.uri());
        settings.put("spring.datasource.url", database.jdbcUrl() + "?reWriteBatchedInserts=true");
        settings.put("spring.datasource.username", database.username());
        settings.put(
                "spring.datasource.hikari.maximum-pool-size", round.options().workers() + 8);
        settings.put("spring.kafka.bootstrap-servers", round.broker().bootstrapServers());
        settings.put("spring.kafka.consumer.auto-offset-reset", "earliest");
        settings.put("spring.kafka.consumer.max-poll-records", round.options().flushSize());
        settings.put(
                "spring.kafka.consumer.key-deserializer",
                "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        settings.put(
                "spring.kafka.consumer.value-deserializer",
                "org.apache.kafka.common.serialization.ByteArrayDeserializer");
        settings.put("spring.main.web-application-type", "none");
        settings.put("spring.main.banner-mode", "off");
        return settings;
    }

    private record Application(
            Round round, PostgresDatabase database, String listener, ConfigurableApplicationContext context)
            implements Running {

        @Override
        public void start() {
            var registry = context.getBean(KafkaListenerEndpointRegistry.class);
            Objects.requireNonNull(registry.getListenerContainer(listener)).start();
        }

        @Override
        public boolean awaitDone(Duration patience) {
            var deadline = System.nanoTime() + patience.toNanos();
            while (done() < round.load().events() || !areJobsEnded()) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                LockSupport.parkNanos(5_000_000);
            }
            return true;
        }

        @Override
        public int done() {
            return context.getBean(ByHandHandler.class).done();
        }

        private boolean areJobsEnded() {
            return Sql.number(
                            database.dataSource(),
                            "SELECT count(*) FROM jobrunr_jobs WHERE state IN ('ENQUEUED', 'PROCESSING')")
                    == 0;
        }

        @Override
        public long jobs() {
            return Sql.number(database.dataSource(), "SELECT count(*) FROM jobrunr_jobs");
        }

        /** From the return of the bulk enqueue to the handler with its lock. */
        @Override
        public Latencies latencies(int from) {
            var handler = context.getBean(ByHandHandler.class);
            var enqueuedAt = context.getBean(ByHandApplication.Listener.class).enqueuedAt;
            return Latencies.of(
                    IntStream.range(from, enqueuedAt.length).mapToLong(n -> handler.startedAt(n) - enqueuedAt[n]));
        }

        @Override
        public void close() {
            context.close();
        }
    }
}

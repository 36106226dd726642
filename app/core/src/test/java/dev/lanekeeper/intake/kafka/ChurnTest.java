package dev.lanekeeper.intake.kafka;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.testkit.KafkaBroker;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Nodes come and go, connections are cut, the broker freezes and dies, at moments from a seed: every record is stored once, and
 * each partition's in order.
 */
class ChurnTest {

    private static final int PARTITIONS = 4;

    private final List<Runnable> quiet = new ArrayList<>();
    private final AtomicBoolean producing = new AtomicBoolean(true);
    private final long seed = Long.getLong("seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final long[] produced = new long[PARTITIONS];

    @BeforeEach
    void expectComplaints() {
        QuietLog.of("org.apache.kafka.clients", quiet);
        QuietLog.of("com.zaxxer.hikari", quiet);
        QuietLog.of("org.springframework.transaction", quiet);
    }

    @AfterEach
    void listenAgain() {
        quiet.forEach(Runnable::run);
    }

    @Test
    void nodesThatComeAndGoLoseAndDoubleNothing() throws InterruptedException {
        churn(5, false);
    }

    @Test
    @Tag("chaos")
    void neitherDoKilledBrokers() throws InterruptedException {
        churn(40, true);
    }

    private void churn(int changes, boolean withKills) throws InterruptedException {
        System.out.println("seed " + seed);
        try (var broker = KafkaBroker.create();
                var server = PostgresServer.create();
                var bench = IntakeBench.open(broker, server)) {
            var topic = bench.topic(PARTITIONS);
            var producer = produce(bench, topic);
            var nodes = new ArrayList<>(List.of(bench.start(handler(topic))));
            for (var change = 0; change < changes; change++) {
                var before = countOnceItAnswers(bench, topic);
                change(bench, server, nodes, topic, withKills);
                await("after change " + change + ", seed " + seed)
                        .atMost(60, SECONDS)
                        .ignoreExceptions()
                        .until(() -> bench.count(topic) >= before + 200);
            }
            producing.set(false);
            producer.join(60_000);
            bench.flushProducer();
            await("the rest, seed " + seed)
                    .atMost(60, SECONDS)
                    .ignoreExceptions()
                    .until(() -> bench.count(topic) >= LongStream.of(produced).sum());
            for (var partition = 0; partition < PARTITIONS; partition++) {
                assertThat(bench.stored(topic, partition))
                        .as("partition %d, seed %d", partition, seed)
                        .containsExactlyElementsOf(
                                LongStream.range(0, produced[partition]).boxed().toList());
            }
        }
    }

    /** The change before may have cut the connection that is asked. */
    private static long countOnceItAnswers(IntakeBench bench, String topic) {
        return await().atMost(60, SECONDS).ignoreExceptions().until(() -> bench.count(topic), count -> true);
    }

    private static TestHandler handler(String topic) {
        return TestHandler.named(topic)
                .maxWaiting(Long.MAX_VALUE)
                .property("session.timeout.ms", "3000")
                .property("max.poll.records", "50");
    }

    private Thread produce(IntakeBench bench, String topic) {
        var thread = new Thread(() -> {
            while (producing.get()) {
                for (var partition = 0; partition < PARTITIONS; partition++) {
                    bench.produce(topic, partition, (int) produced[partition], (int) produced[partition] + 20);
                    produced[partition] += 20;
                }
                LockSupport.parkNanos(20_000_000);
            }
        });
        thread.start();
        return thread;
    }

    private void change(
            IntakeBench bench, PostgresServer server, List<KafkaIntakes> nodes, String topic, boolean withKills) {
        switch (random.nextInt(withKills ? 6 : 4)) {
            case 0 -> nodes.add(bench.start(handler(topic)));
            case 1 -> {
                nodes.add(bench.start(handler(topic)));
                assertThat(nodes.remove(0).stop(Duration.ofSeconds(10))).isTrue();
            }
            case 2 -> server.terminateBackends(random);
            case 3 -> {
                while (nodes.size() > 1) {
                    assertThat(nodes.remove(0).stop(Duration.ofSeconds(10))).isTrue();
                }
            }
            case 4 -> {
                bench.broker.kill9();
                bench.broker.start();
            }
            default -> server.restart();
        }
    }
}

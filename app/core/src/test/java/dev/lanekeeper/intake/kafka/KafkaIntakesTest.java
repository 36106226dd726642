package dev.lanekeeper.intake.kafka;

import static dev.lanekeeper.intake.kafka.IntakeBench.upTo;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.intake.kafka.IntakeStatus.State;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The intake between a real broker and a real database. */
class KafkaIntakesTest {

    @AutoClose
    private final IntakeBench bench = IntakeBench.open();

    @Test
    void storesEveryRecordOnceInOrderAndCommitsItsOffsets() {
        var topic = bench.topic(2);
        bench.produce(topic, 0, 0, 1200);
        bench.produce(topic, 1, 0, 700);
        var intakes = bench.start(TestHandler.named(topic));

        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 1900);
        assertThat(bench.stored(topic, 0)).containsExactlyElementsOf(upTo(1200));
        assertThat(bench.stored(topic, 1)).containsExactlyElementsOf(upTo(700));
        await().atMost(5, SECONDS).untilAsserted(() -> {
            assertThat(bench.committed(topic, topic, 0).offset()).isEqualTo(1200);
            assertThat(bench.committed(topic, topic, 0).metadata()).isEqualTo(bench.mark);
        });
        assertThat(intakes.stop(Duration.ofSeconds(10))).isTrue();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(t -> t.getName().startsWith("lanekeeper-intake-" + topic));
    }

    @Test
    void twoNodesShareThePartitionsAndARebalanceDoublesAndLosesNothing() {
        var topic = bench.topic(4);
        var handler = TestHandler.named(topic);
        bench.start(handler);
        produceToAll(topic, 0, 500);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) > 0);
        var second = bench.start(handler);
        produceToAll(topic, 500, 1000);
        await().atMost(20, SECONDS).until(() -> partitionsOf(second, topic) == 2);
        produceToAll(topic, 1000, 1500);
        assertThat(second.stop(Duration.ofSeconds(10))).isTrue();
        produceToAll(topic, 1500, 2000);

        await().atMost(30, SECONDS).until(() -> bench.count(topic) >= 8000);
        for (var partition = 0; partition < 4; partition++) {
            assertThat(bench.stored(topic, partition)).containsExactlyElementsOf(upTo(2000));
        }
    }

    @Test
    void severalConsumersOfOneHandlerShareItsPartitions() {
        var topic = bench.topic(4);
        var intakes = bench.start(TestHandler.named(topic).concurrency(2));
        await().atMost(20, SECONDS)
                .until(() -> intakes.status(topic).consumers().stream()
                        .map(c -> c.partitions().size())
                        .toList()
                        .equals(List.of(2, 2)));
        produceToAll(topic, 0, 100);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 400);
    }

    @Test
    void anOffsetThatAPersonSetsWhileItIsStoppedCounts() {
        var topic = bench.topic(1);
        var handler = TestHandler.named(topic);
        bench.produce(topic, 0, 0, 100);
        var intakes = bench.start(handler);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 100);
        assertThat(intakes.stop(topic, "for a test", Duration.ofSeconds(10))).isTrue();
        assertThat(intakes.status(topic).state()).isEqualTo(State.STOPPED);

        bench.setOffset(topic, topic, 0, 60);
        intakes.start(topic);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 140);
        assertThat(bench.stored(topic, 0)).endsWith(98L, 99L).contains(60L);
        await().atMost(5, SECONDS).untilAsserted(() -> {
            assertThat(bench.committed(topic, topic, 0).offset()).isEqualTo(100);
            assertThat(bench.committed(topic, topic, 0).metadata()).isEqualTo(bench.mark);
        });
    }

    @Test
    void aResetIsNoticedWhileNothingComes() {
        var topic = bench.topic(1);
        bench.produce(topic, 0, 0, 20);
        bench.start(TestHandler.named(topic));
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 20);
        bench.progress.reset(bench.number(topic), topic, 0, 15);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 25);
    }

    @Test
    void keepsWhatIsLargeStrangeOrEmpty() {
        var topic = bench.topic(1, Map.of("max.message.bytes", String.valueOf(20 << 20)));
        var large = new byte[10 << 20];
        Arrays.fill(large, (byte) 'x');
        var strange = new ProducerRecord<>(topic, 0, IntakeBench.bytes("a\0b"), new byte[] {0, (byte) 0xff});
        strange.headers().add("n", null).add("n", new byte[] {0}).add("\0", IntakeBench.bytes("\0"));
        bench.send(new ProducerRecord<>(topic, 0, new byte[1 << 20], large));
        bench.send(strange);
        bench.send(new ProducerRecord<>(topic, 0, IntakeBench.bytes("gone"), null));
        bench.send(new ProducerRecord<>(topic, 0, null, null));
        bench.flushProducer();
        bench.start(TestHandler.named(topic).property("max.partition.fetch.bytes", "1000"));
        await().atMost(30, SECONDS).until(() -> bench.count(topic) == 4);
        assertThat(bench.stored(topic, 0)).containsExactly(0L, 1L, 2L, 3L);
        assertThat(bench.one("SELECT length(payload) FROM lanekeeper.work_item WHERE kafka_offset = 0"))
                .isEqualTo(10L << 20);
        assertThat(bench.one("SELECT count(*) FROM lanekeeper.work_item WHERE intake_error IS NOT NULL"))
                .isZero();
        assertThat(bench.one("SELECT count(*) FROM lanekeeper.work_item WHERE payload IS NULL"))
                .isEqualTo(2);
    }

    @Test
    void goesBeyondOffsetsThatHoldNoRecords() {
        var topic = bench.topic(1);
        bench.start(TestHandler.named(topic).property("isolation.level", "read_committed"));
        bench.produceInTransactions(topic, List.of(true, false, true));
        await().atMost(20, SECONDS).until(() -> bench.count(topic) == 2);
        assertThat(bench.stored(topic, 0)).containsExactly(0L, 4L);
        await().atMost(5, SECONDS).until(() -> bench.committed(topic, topic, 0).offset() == 5);
    }

    @Test
    void aSecondRecordOfTheSameIdentityIsADuplicate() {
        var topic = bench.topic(1);
        bench.start(TestHandler.named(topic).identity(event -> event.value()));
        for (var value : List.of("on", "off", "on")) {
            bench.send(new ProducerRecord<>(topic, 0, null, IntakeBench.bytes(value)));
        }
        bench.flushProducer();
        await().atMost(20, SECONDS).until(() -> bench.progressOf(topic, topic, 0, "next_offset") == 3);
        assertThat(bench.stored(topic, 0)).containsExactly(0L, 1L);
    }

    @Test
    void pausesAtMaxWaitingAndWhileAPersonWantsIt() {
        var topic = bench.topic(1);
        var intakes = bench.start(TestHandler.named(topic).maxWaiting(1000).property("max.poll.records", "100"));
        bench.produce(topic, 0, 0, 5000);
        await().atMost(20, SECONDS).until(() -> intakes.status(topic).state() == State.PAUSED);
        assertThat(intakes.status(topic).reason()).isEqualTo("MAX_WAITING");
        var first = bench.count(topic);
        assertThat(first).isBetween(800L, 2500L);

        bench.pause(topic, true);
        await().atMost(10, SECONDS)
                .until(() -> "BY_OPERATOR".equals(intakes.status(topic).reason()));
        bench.forgetWaiting(topic);
        bench.pause(topic, false);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) > first + 500);
    }

    @Test
    void aConsumerThatDiesIsReplaced() {
        var topic = bench.topic(1);
        bench.silence(ConsumerThread.class.getName());
        var poisoned = new AtomicBoolean(true);
        var intakes = bench.start(TestHandler.named(topic).resource(event -> {
            if (poisoned.getAndSet(false)) {
                throw new OutOfMemoryError("played");
            }
            return null;
        }));
        bench.produce(topic, 0, 0, 10);
        await().atMost(30, SECONDS).until(() -> bench.count(topic) == 10);
        assertThat(intakes.status(topic).consumersReplaced()).isEqualTo(1);
        assertThat(intakes.status(topic).healthy()).isTrue();
        assertThat(bench.stored(topic, 0)).containsExactlyElementsOf(upTo(10));
    }

    @Test
    void aZombieThatStoresLateIsFenced() {
        var topic = bench.topic(2);
        var frozen = new CountDownLatch(1);
        var storing = new CountDownLatch(1);
        var thaw = new CountDownLatch(1);
        var fenced = new CopyOnWriteArrayList<IntakeListener.Place>();
        // Its flush begins, and its poll does not come back: the group gives its partitions to somebody else.
        var zombie = TestHandler.named(topic)
                .property("max.poll.interval.ms", "3000")
                .property("max.poll.records", "10")
                .resource(event -> {
                    if (event.offset() == 50) {
                        frozen.countDown();
                        thaw.await(30, SECONDS);
                    }
                    return "r";
                });
        var listener = new IntakeListener() {
            @Override
            public void fenced(Place place) {
                fenced.add(place);
            }
        };
        bench.start(
                real -> batch -> {
                    storing.countDown();
                    awaitQuietly(thaw);
                    return real.apply(batch);
                },
                List.of(listener),
                zombie);
        produceToAll(topic, 0, 100, 2);
        awaitQuietly(storing);
        awaitQuietly(frozen);
        bench.start(TestHandler.named(topic));
        await().atMost(30, SECONDS).until(() -> bench.count(topic) == 200);
        thaw.countDown();
        await().atMost(10, SECONDS).until(() -> !fenced.isEmpty());
        produceToAll(topic, 100, 150, 2);
        await().atMost(20, SECONDS).until(() -> bench.count(topic) >= 300);
        assertThat(bench.stored(topic, 0)).containsExactlyElementsOf(upTo(150));
        assertThat(bench.stored(topic, 1)).containsExactlyElementsOf(upTo(150));
    }

    private void produceToAll(String topic, int from, int to) {
        produceToAll(topic, from, to, 4);
    }

    private void produceToAll(String topic, int from, int to, int partitions) {
        for (var partition = 0; partition < partitions; partition++) {
            bench.produce(topic, partition, from, to);
        }
    }

    private static long partitionsOf(KafkaIntakes intakes, String handler) {
        return intakes.status(handler).consumers().stream()
                .flatMap(c -> c.partitions().stream())
                .count();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}

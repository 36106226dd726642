package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class NodeTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void runsEachLaneInOrderAndAllToTheirEnd() {
        Map<String, List<Long>> seen = new ConcurrentHashMap<>();
        try (var node = TestNode.start(handler("orders", context -> {
            seen.computeIfAbsent(context.resource(), r -> new CopyOnWriteArrayList<>())
                    .add(context.event().offset());
            return Outcome.ack();
        }))) {
            var resources =
                    IntStream.range(0, 1_000).mapToObj(i -> "r" + i % 37).toArray(String[]::new);
            for (var batch = 0; batch < 5; batch++) {
                node.store("orders", batch * 1_000L, resources);
            }

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 5_000);
            assertThat(seen.values())
                    .hasSize(37)
                    .allSatisfy(offsets -> assertThat(offsets).isSorted());
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lane") == 0);
            assertThat(node.count("lanekeeper.lane_item")).isZero();
        }
    }

    @Test
    void retriesAfterTheBackoffWhileOtherLanesGoOn() {
        var failed = new AtomicBoolean();
        List<Long> seen = Collections.synchronizedList(new CopyOnWriteArrayList<>());
        try (var node = TestNode.start(handler("orders", context -> {
            if (context.event().offset() == 0 && failed.compareAndSet(false, true)) {
                throw new IllegalStateException("not yet");
            }
            seen.add(context.event().offset());
            return Outcome.ack();
        }))) {
            node.store("orders", 0, "a", "a", "b");

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 3);
            assertThat(seen.indexOf(0L)).isLessThan(seen.indexOf(1L));
            assertThat(node.count("lanekeeper.attempt")).isEqualTo(1);
        }
    }

    @Test
    void keepsWhatFailedForGood() {
        try (var node = TestNode.start(handler("orders", context -> {
            throw new IllegalStateException("never");
        }))) {
            node.store("orders", 0, "a", null);

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 2") == 2);
            assertThat(node.count("lanekeeper.attempt")).isEqualTo(8);
            assertThat(node.count("lanekeeper.outcome WHERE fingerprint LIKE 'java.lang.IllegalStateException at "
                            + NodeTest.class.getName().replace("$", "") + "%'"))
                    .isEqualTo(2);
        }
    }

    @Test
    void givesLanesThatShareARunWithASlowCallBack() throws InterruptedException {
        var release = new CountDownLatch(1);
        try (var node = TestNode.start(2, handler("orders", context -> {
            if ("slow".equals(context.resource())) {
                release.await(30, TimeUnit.SECONDS);
            }
            return Outcome.ack();
        }))) {
            var resources = IntStream.range(0, 100)
                    .mapToObj(i -> i == 3 ? "slow" : "r" + i)
                    .toArray(String[]::new);
            node.store("orders", 0, resources);

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 99);
            release.countDown();
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 100);
        }
    }

    @Test
    void movesTheRestOfABundleAwayFromASlowItem() throws InterruptedException {
        var release = new CountDownLatch(1);
        try (var node = TestNode.start(2, handler("orders", context -> {
            if (context.event().offset() == 1_003) {
                release.await(30, TimeUnit.SECONDS);
            }
            return Outcome.ack();
        }))) {
            node.store("orders", 0, new String[1_000]);
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 1_000);
            node.store("orders", 1_000, new String[100]);

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 1_099);
            release.countDown();
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 1_100);
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lane") == 0);
        }
    }

    @Test
    void keepsItsWorkersBusyWhileThereIsABacklogOfSmallLanes() {
        try (var node = TestNode.start(8, handler("orders", context -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
            return Outcome.ack();
        }))) {
            var jdbc = JdbcClient.create(node.pool);
            jdbc.sql("UPDATE lanekeeper.handler SET processing_paused_at = now()")
                    .update();
            await().atMost(PATIENCE).until(() -> node.settings.isProcessingPaused(node.number("orders")));
            for (var batch = 0; batch < 20; batch++) {
                var first = batch * 500;
                node.store(
                        "orders",
                        first,
                        IntStream.range(first, first + 500)
                                .mapToObj(i -> "r" + i)
                                .toArray(String[]::new));
            }
            jdbc.sql("UPDATE lanekeeper.handler SET processing_paused_at = NULL")
                    .update();
            await().atMost(PATIENCE).until(() -> node.node.busyWorkers() > 0);
            var samples = new ArrayList<Integer>();
            while (node.count("lanekeeper.lane") > 1_500) {
                samples.add(node.node.busyWorkers());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }

            var idle = samples.stream().filter(busy -> busy <= 2).count();
            assertThat(idle).as("of %s", samples).isLessThan(samples.size() / 4 + 1);
        }
    }
}

package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static dev.lanekeeper.dispatch.TestNode.locked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.handler.LockRules.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is locked while work runs: 25 items on 10 workers of two nodes, with a journal in which overlaps would show. */
class RunLockTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ITEMS = 25;

    private final List<TestNode> nodes = new ArrayList<>();
    private final Journal journal = new Journal();

    /** Who is at work in which lock, and how many were at most. */
    private static final class Journal {

        private final Map<String, AtomicInteger> atWork = new ConcurrentHashMap<>();
        private final Map<String, Integer> most = new ConcurrentHashMap<>();
        private final Map<String, Long> tokens = new ConcurrentHashMap<>();
        private final List<Long> started = new CopyOnWriteArrayList<>();
        private final List<String> stale = new CopyOnWriteArrayList<>();

        Outcome work(EventContext context, Duration time, String... locks) {
            for (var lock : locks) {
                var now = atWork.computeIfAbsent(lock, l -> new AtomicInteger()).incrementAndGet();
                most.merge(lock, now, Math::max);
                var before = tokens.merge(lock, context.fencingToken(), Math::max);
                if (before != context.fencingToken()) {
                    stale.add(lock + ": " + context.fencingToken() + " after " + before);
                }
            }
            started.add(context.event().offset());
            LockSupport.parkNanos(time.toNanos());
            for (var lock : locks) {
                atWork.get(lock).decrementAndGet();
            }
            return Outcome.ack();
        }
    }

    @AfterEach
    void leavesNothingBehind() {
        try {
            assertThat(nodes.get(0).count("lanekeeper.run_lock WHERE expires_at IS NULL"))
                    .isZero();
            assertThat(nodes.get(0).count("lanekeeper.lock_waiter")).isZero();
            assertThat(nodes.get(0).count("lanekeeper.lane")).isZero();
            assertThat(journal.stale).isEmpty();
        } finally {
            nodes.forEach(TestNode::close);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void runsOneItemOfALockAtATimeAndAllOfThemWhicheverLanesTheyWaitIn(boolean inLanes) {
        start(locked(handler("a", c -> journal.work(c, Duration.ofMillis(2), "l")), lock("l", 1)));

        nodes.get(0).store("a", 0, inLanes ? resources(ITEMS) : new String[ITEMS]);
        awaitDone(ITEMS);

        assertThat(journal.most).containsEntry("l", 1);
        assertThat(nodes.get(0).count("lanekeeper.attempt")).isZero();
        assertThat(nodes.get(0).count("lanekeeper.outcome WHERE attempts <> 1")).isZero();
    }

    @Test
    void givesALockToThoseFirstWhoHaveWaitedLongest() {
        start(locked(handler("a", c -> journal.work(c, Duration.ofMillis(40), "l")), lock("l", 1)));

        for (var offset = 0; offset < ITEMS; offset++) {
            nodes.get(0).store("a", offset, "r" + offset);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        awaitDone(ITEMS);

        assertThat(journal.started).isSorted();
    }

    @Test
    void letsAsManyHaveASemaphoreAsItSays() {
        start(locked(handler("a", c -> journal.work(c, Duration.ofMillis(60), "l")), lock("l", 3)));

        nodes.get(0).store("a", 0, resources(ITEMS));
        awaitDone(ITEMS);

        assertThat(journal.most).containsEntry("l", 3);
    }

    @Test
    void takesSeveralLocksTogetherWithoutADeadlock() {
        var from = new LockRule("account", i -> "" + i.event().offset() % 3, 1, null, null);
        var to = new LockRule(
                "account", i -> "" + (i.event().offset() + 1 + i.event().offset() % 2) % 3, 1, null, null);
        start(locked(
                handler(
                        "a",
                        c -> journal.work(
                                c,
                                Duration.ofMillis(2),
                                "" + c.event().offset() % 3,
                                "" + (c.event().offset() + 1 + c.event().offset() % 2) % 3)),
                from,
                to));

        nodes.get(0).store("a", 0, resources(2 * ITEMS));
        awaitDone(2 * ITEMS);

        assertThat(journal.most.values()).allMatch(most -> most == 1);
    }

    @Test
    void startsNoMoreInAPeriodThanARateSays() {
        var starts = new CopyOnWriteArrayList<Long>();
        var rate = new LockRule("l", null, 5, Duration.ofMillis(400), null);
        start(locked(
                handler("a", c -> {
                    starts.add(System.nanoTime());
                    return Outcome.ack();
                }),
                rate));

        nodes.get(0).store("a", 0, resources(14));
        awaitDone(14);

        var sorted = starts.stream().sorted().toList();
        // The start is counted when the lock is given, which is a moment before the handler is called.
        assertThat(IntStream.range(0, sorted.size() - 5).mapToObj(n -> sorted.get(n + 5) - sorted.get(n)))
                .allMatch(nanos -> nanos > Duration.ofMillis(300).toNanos());
    }

    @ParameterizedTest
    @EnumSource(
            value = RunConflict.class,
            names = {"LOG", "RAISE", "REJECT", "RESCHEDULE"})
    void doesWithThoseThatAreNotGivenTheirLockWhatTheStrategySays(RunConflict conflict) {
        var refusal = new Refusal(conflict, Duration.ZERO, Duration.ofMillis(50), 1_000);
        start(locked(
                handler("a", c -> journal.work(c, Duration.ofMillis(20), "l")),
                new LockRule("l", null, 1, null, refusal)));

        nodes.get(0).store("a", 0, resources(ITEMS));
        await().atMost(PATIENCE).until(() -> nodes.get(0).count("lanekeeper.outcome") == ITEMS);

        var done = nodes.get(0).count("lanekeeper.outcome WHERE state = 1");
        assertThat(journal.most).containsEntry("l", 1);
        assertThat(journal.started).hasSize((int) done);
        switch (conflict) {
            case LOG -> {
                assertThat(nodes.get(0).count("lanekeeper.outcome WHERE state = 4"))
                        .isEqualTo(ITEMS - done);
                assertThat(nodes.get(0).count("lanekeeper.work_item WHERE lost_to IS NOT NULL"))
                        .isPositive();
            }
            case REJECT ->
                assertThat(nodes.get(0).count("lanekeeper.outcome WHERE state = 3"))
                        .isEqualTo(ITEMS - done);
            case RAISE ->
                assertThat(nodes.get(0).count("lanekeeper.attempt WHERE error_class LIKE '%LockNotGranted%'"))
                        .isPositive();
            default -> assertThat(done).isEqualTo(ITEMS);
        }
    }

    @Test
    void waitsForItsPatienceBeforeTheStrategyIsDecided() {
        var refusal = new Refusal(RunConflict.REJECT, Duration.ofMillis(400), Duration.ofSeconds(5), 1);
        start(locked(
                handler("a", c -> journal.work(c, Duration.ofMillis(c.event().offset() == 1 ? 1_000 : 100), "l")),
                new LockRule("l", null, 1, null, refusal)));

        nodes.get(0).store("a", 0, "x");
        await().until(() -> journal.started.size() == 1);
        nodes.get(0).store("a", 1, "y");
        await().until(() -> journal.started.size() == 2);
        nodes.get(0).store("a", 2, "z");
        await().atMost(PATIENCE).until(() -> nodes.get(0).count("lanekeeper.outcome") == 3);

        assertThat(nodes.get(0).count("lanekeeper.outcome WHERE state = 3")).isOne();
        assertThat(journal.started).containsExactly(0L, 1L);
    }

    private void start(HandlerDefinition definition) {
        var pool = TestNode.freshPool();
        nodes.add(TestNode.on(pool, 5, definition));
        nodes.add(TestNode.on(TestNode.pool(pool.getJdbcUrl(), pool.getUsername()), 5, definition));
    }

    private static LockRule lock(String name, int most) {
        return new LockRule(name, null, most, null, null);
    }

    private static @Nullable String[] resources(int count) {
        return IntStream.range(0, count).mapToObj(n -> "r" + n).toArray(String[]::new);
    }

    private void awaitDone(int count) {
        await().atMost(PATIENCE).until(() -> nodes.get(0).count("lanekeeper.outcome WHERE state = 1") == count);
    }
}

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
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.WaitingItem;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is locked while work runs: 25 items at a time on 10 workers of two nodes, each test with a handler of its own, with a
 * journal in which overlaps would show.
 */
class RunLockTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int ITEMS = 25;
    private static final Journal JOURNAL = new Journal();
    private static final List<TestNode> NODES = new ArrayList<>();
    private static final List<String> REFUSED = new CopyOnWriteArrayList<>();
    private static final RunListener COUNTING = new RunListener() {
        @Override
        public void refused(String handler, WaitingItem item, RunListener.Refusal refusal) {
            REFUSED.add(handler);
        }
    };

    /** Who is at work in which lock, and how many were at most. */
    private static final class Journal {

        private final Map<String, AtomicInteger> atWork = new ConcurrentHashMap<>();
        private final Map<String, Integer> most = new ConcurrentHashMap<>();
        private final Map<String, Long> tokens = new ConcurrentHashMap<>();
        private final Map<String, List<Long>> started = new ConcurrentHashMap<>();
        private final List<Long> times = new CopyOnWriteArrayList<>();
        private final List<String> stale = new CopyOnWriteArrayList<>();

        Outcome work(EventContext context, Duration time, String... locks) {
            for (var lock : locks) {
                var now = atWork.computeIfAbsent(lock, l -> new AtomicInteger()).incrementAndGet();
                most.merge(lock, now, Math::max);
                var before = tokens.merge(lock, context.fencingToken(), Math::max);
                if (now == 1 && before != context.fencingToken() && !lock.startsWith("three")) {
                    stale.add(lock + ": " + context.fencingToken() + " after " + before);
                }
            }
            started(context.handlerId()).add(context.event().offset());
            LockSupport.parkNanos(time.toNanos());
            for (var lock : locks) {
                atWork.get(lock).decrementAndGet();
            }
            return Outcome.ack();
        }

        List<Long> started(String handler) {
            return started.computeIfAbsent(handler, h -> new CopyOnWriteArrayList<>());
        }
    }

    @BeforeAll
    static void start() {
        var pool = TestNode.freshPool();
        NODES.add(TestNode.on(pool, 5, List.of(COUNTING), handlers()));
        NODES.add(TestNode.on(TestNode.pool(pool.getJdbcUrl(), pool.getUsername()), 5, List.of(COUNTING), handlers()));
    }

    @AfterAll
    static void leavesNothingBehind() {
        try {
            assertThat(JOURNAL.stale).isEmpty();
            assertThat(count("lanekeeper.run_lock WHERE expires_at IS NULL")).isZero();
            assertThat(count("lanekeeper.lock_waiter")).isZero();
            assertThat(count("lanekeeper.lane")).isZero();
        } finally {
            NODES.forEach(TestNode::close);
        }
    }

    private static HandlerDefinition[] handlers() {
        return List.of(
                        sleepy("lanes", Duration.ofMillis(2), lock("lanes", 1)),
                        sleepy("none", Duration.ofMillis(2), lock("none", 1)),
                        sleepy("turns", Duration.ofMillis(25), lock("turns", 1)),
                        sleepy("three", Duration.ofMillis(60), lock("three", 3)),
                        locked(
                                handler(
                                        "transfer",
                                        c -> JOURNAL.work(
                                                c,
                                                Duration.ofMillis(2),
                                                from(c.event().offset()),
                                                to(c.event().offset()))),
                                new LockRule("account", i -> from(i.event().offset()), 1, null, null),
                                new LockRule("account", i -> to(i.event().offset()), 1, null, null)),
                        locked(
                                handler("rate", c -> {
                                    JOURNAL.times.add(System.nanoTime());
                                    return Outcome.ack();
                                }),
                                new LockRule("rate", null, 5, Duration.ofMillis(400), null)),
                        refusing(RunConflict.LOG),
                        refusing(RunConflict.RAISE),
                        refusing(RunConflict.REJECT),
                        refusing(RunConflict.RESCHEDULE),
                        hopping(),
                        locked(
                                handler(
                                        "patient",
                                        c -> JOURNAL.work(
                                                c,
                                                Duration.ofMillis(c.event().offset() == 1 ? 1_000 : 100),
                                                "patient")),
                                lock(
                                        "patient",
                                        new Refusal(
                                                RunConflict.REJECT, Duration.ofMillis(400), Duration.ofSeconds(5), 1))))
                .toArray(HandlerDefinition[]::new);
    }

    private static HandlerDefinition hopping() {
        var refusal = new Refusal(RunConflict.RESCHEDULE, Duration.ofSeconds(1), Duration.ofMillis(1_200), 1);
        return locked(
                handler(
                        "hopping",
                        c -> JOURNAL.work(c, Duration.ofMillis(c.event().offset() == 0 ? 2_700 : 1), "hopping")),
                lock("hopping", refusal));
    }

    private static HandlerDefinition sleepy(String name, Duration time, LockRule rule) {
        return locked(handler(name, c -> JOURNAL.work(c, time, name)), rule);
    }

    private static HandlerDefinition refusing(RunConflict conflict) {
        var refusal = new Refusal(conflict, Duration.ZERO, Duration.ofMillis(50), 1_000);
        var name = conflict.name();
        return locked(handler(name, c -> JOURNAL.work(c, Duration.ofMillis(20), name)), lock(name, refusal));
    }

    private static String from(long n) {
        return "account " + n % 3;
    }

    private static String to(long n) {
        return "account " + (n + 1 + n % 2) % 3;
    }

    @ParameterizedTest
    @ValueSource(strings = {"lanes", "none"})
    void runsOneItemOfALockAtATimeAndAllOfThemWhicheverLanesTheyWaitIn(String handler) {
        NODES.get(0).store(handler, 0, handler.equals("lanes") ? resources(ITEMS) : new String[ITEMS]);
        awaitDone(handler, ITEMS);

        assertThat(JOURNAL.most).containsEntry(handler, 1);
        assertThat(countOf(handler, "attempt", "")).isZero();
        assertThat(countOf(handler, "outcome", " AND attempts <> 1")).isZero();
    }

    @Test
    void givesALockToThoseFirstWhoHaveWaitedLongest() {
        for (var offset = 0; offset < ITEMS; offset++) {
            var asked = "lanekeeper.lock_waiter JOIN lanekeeper.work_item AS w USING (item_id)"
                    + " JOIN lanekeeper.handler AS h ON h.handler_id = w.handler_id"
                    + " WHERE h.name = 'turns' AND w.kafka_offset = " + offset;
            var one = (long) offset;
            NODES.get(0).store("turns", offset, "r" + offset);
            // Its place is that at which it asks, not at which it was stored.
            await().pollInterval(Duration.ofMillis(2))
                    .until(() -> JOURNAL.started("turns").contains(one)
                            || NODES.get(0).count(asked) == 1);
        }
        awaitDone("turns", ITEMS);

        assertThat(JOURNAL.started("turns")).isSorted();
    }

    @Test
    void letsAsManyHaveASemaphoreAsItSays() {
        NODES.get(0).store("three", 0, resources(ITEMS));
        awaitDone("three", ITEMS);

        assertThat(JOURNAL.most).containsEntry("three", 3);
    }

    @Test
    void takesSeveralLocksTogetherWithoutADeadlock() {
        NODES.get(0).store("transfer", 0, resources(2 * ITEMS));
        awaitDone("transfer", 2 * ITEMS);

        assertThat(JOURNAL.most)
                .containsEntry("account 0", 1)
                .containsEntry("account 1", 1)
                .containsEntry("account 2", 1);
    }

    @Test
    void startsNoMoreInAPeriodThanARateSays() {
        NODES.get(0).store("rate", 0, resources(14));
        awaitDone("rate", 14);

        var sorted = JOURNAL.times.stream().sorted().toList();
        // The start is counted when the lock is given, which is a moment before the handler is called.
        assertThat(IntStream.range(0, sorted.size() - 5).mapToObj(n -> sorted.get(n + 5) - sorted.get(n)))
                .allMatch(nanos -> nanos > Duration.ofMillis(250).toNanos());
    }

    @ParameterizedTest
    @EnumSource(
            value = RunConflict.class,
            names = {"LOG", "RAISE", "REJECT", "RESCHEDULE"})
    void doesWithThoseThatAreNotGivenTheirLockWhatTheStrategySays(RunConflict conflict) {
        var handler = conflict.name();
        NODES.get(0).store(handler, 0, resources(ITEMS));
        await().atMost(PATIENCE).until(() -> countOf(handler, "outcome", "") == ITEMS);

        var done = countOf(handler, "outcome", " AND state = 1");
        assertThat(JOURNAL.most).containsEntry(handler, 1);
        assertThat(JOURNAL.started(handler)).hasSize((int) done);
        switch (conflict) {
            case LOG -> {
                assertThat(countOf(handler, "outcome", " AND state = 4")).isEqualTo(ITEMS - done);
                assertThat(countOf(handler, "work_item", " AND lost_to IS NOT NULL"))
                        .isPositive();
            }
            case REJECT ->
                assertThat(countOf(handler, "outcome", " AND state = 3")).isEqualTo(ITEMS - done);
            case RAISE ->
                assertThat(countOf(handler, "attempt", " AND error_class LIKE '%LockNotGranted%'"))
                        .isPositive();
            default -> assertThat(done).isEqualTo(ITEMS);
        }
        assertThat(conflicts(handler)).isEqualTo(refused(conflict));
    }

    @Test
    void waitsForItsPatienceBeforeTheStrategyIsDecided() {
        var started = JOURNAL.started("patient");
        NODES.get(0).store("patient", 0, "x");
        await().until(() -> started.size() == 1);
        NODES.get(0).store("patient", 1, "y");
        await().until(() -> started.size() == 2);
        NODES.get(0).store("patient", 2, "z");
        await().atMost(PATIENCE).until(() -> countOf("patient", "outcome", "") == 3);

        assertThat(countOf("patient", "outcome", " AND state = 3")).isOne();
        assertThat(started).containsExactly(0L, 1L);
    }

    @Test
    void waitsForItsPatienceEachTimeThatItComesAgain() {
        var started = JOURNAL.started("hopping");
        NODES.get(0).store("hopping", 0, "x");
        await().until(() -> started.size() == 1);
        NODES.get(0).store("hopping", 1, "y");

        await().atMost(PATIENCE).until(() -> countOf("hopping", "outcome", "") == 2);
        assertThat(countOf("hopping", "outcome", " AND state = 1"))
                .as("the second came again, waited, and was given its lock")
                .isEqualTo(2);
    }

    private static long refused(RunConflict conflict) {
        return REFUSED.stream().filter(conflict.name()::equals).count();
    }

    private static long conflicts(String handler) {
        return NODES.get(0)
                .database
                .sql("SELECT coalesce(sum(number), 0) FROM lanekeeper.unique_conflict WHERE handler_id = ?")
                .param(NODES.get(0).number(handler))
                .query(Long.class)
                .single();
    }

    private static LockRule lock(String name, int most) {
        return new LockRule(name, null, most, null, null);
    }

    private static LockRule lock(String name, Refusal refusal) {
        return new LockRule(name, null, 1, null, refusal);
    }

    private static @Nullable String[] resources(int count) {
        return IntStream.range(0, count).mapToObj(n -> "r" + n).toArray(String[]::new);
    }

    private static void awaitDone(String handler, int count) {
        await().atMost(PATIENCE).until(() -> countOf(handler, "outcome", " AND state = 1") == count);
    }

    private static long countOf(String handler, String table, String condition) {
        return count(
                "lanekeeper." + table + " WHERE handler_id = " + NODES.get(0).number(handler) + condition);
    }

    private static long count(String fromWhere) {
        return NODES.get(0).count(fromWhere);
    }
}

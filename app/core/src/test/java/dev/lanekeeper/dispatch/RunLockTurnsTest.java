package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static dev.lanekeeper.dispatch.TestNode.locked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.operations.LockAnswer;
import dev.lanekeeper.operations.LockOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.work.LockPattern;
import dev.lanekeeper.work.WaitingItem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose turn it is at a lock that nobody holds. */
class RunLockTurnsTest {

    /** Much less than the ten seconds after which one who waits comes by himself. */
    private static final Duration SOON = Duration.ofSeconds(8);

    /** Less than a second in fact, but for a machine that is busy. */
    private static final Duration AT_ONCE = Duration.ofSeconds(3);

    private static final Map<Long, List<String>> NEEDS =
            Map.of(0L, List.of("b"), 1L, List.of("a", "b"), 2L, List.of("a"), 3L, List.of("b"));

    private final CountDownLatch first = new CountDownLatch(1);
    private final List<Long> started = new CopyOnWriteArrayList<>();
    private final AtomicBoolean lost = new AtomicBoolean();
    private final TestNode node = TestNode.start(
            6,
            locked(handler("h", this::handle), rule("a"), rule("b")),
            locked(handler("lost", this::handle), new LockRule("lost", this::loseTheLaneOnce, 1, null, null)));

    private Outcome handle(EventContext context) throws InterruptedException {
        started.add(context.event().offset());
        if (context.event().offset() == 0) {
            first.await(30, TimeUnit.SECONDS);
        }
        return Outcome.ack();
    }

    private static LockRule rule(String name) {
        return new LockRule(
                name,
                item -> Objects.requireNonNull(NEEDS.get(item.event().offset())).contains(name) ? "x" : null,
                1,
                null,
                null);
    }

    @AfterEach
    void close() {
        first.countDown();
        node.close();
    }

    @Test
    void theOneWhoHasWaitedLongestIsNotOvertakenAtALockThatItCouldHaveAndTheOthersComeAtOnceAfterIt() {
        holdTheFirstLock();
        node.store("h", 1, "r1");
        await().until(() -> node.count("lanekeeper.lock_waiter") == 2);
        node.store("h", 2, "r2");
        await().until(() -> node.count("lanekeeper.lock_waiter") == 3);

        first.countDown();
        await().atMost(SOON).until(() -> started.size() == 3);

        assertThat(started).containsExactly(0L, 1L, 2L);
    }

    @Test
    void oneWhoDoesNotComeByTheTimeAtWhichItWantedToLookKeepsTheLockFromNobody() {
        holdTheFirstLock();
        node.store("h", 1, "r1");
        await().until(() -> node.count("lanekeeper.lock_waiter") > 0);
        // Nobody wakes it, and it cannot come although it should have: as behind an older item of its lane that was
        // retried.
        change("parked_at = now(), parked_by = 'test'");
        first.countDown();
        await().until(() -> node.count("lanekeeper.outcome") == 1);
        node.database
                .sql("UPDATE lanekeeper.lane_item SET due_at = now() - interval '6 seconds'")
                .update();
        change("parked_at = NULL, parked_by = NULL, due_at = now() + interval '1 hour'");

        node.store("h", 3, "r3");
        await().atMost(SOON).until(() -> started.contains(3L));

        assertThat(started).startsWith(0L, 3L);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void comesToTheNextOneAtOnceWhenAPersonTakesTheLockAwayAndTheResultOfTheOneWhoHadItIsRefused(boolean byItsKey) {
        holdTheFirstLock();
        node.store("h", 3, "r3");
        await().until(() -> node.count("lanekeeper.lock_waiter WHERE woken_at IS NULL") == 1);

        assertThat(takeAway(byItsKey)).isTrue();
        await().atMost(AT_ONCE).until(() -> started.contains(3L));
        first.countDown();
        await().atMost(SOON).until(() -> node.count("lanekeeper.outcome") == 2);

        assertThat(started).containsExactly(0L, 3L, 0L);
        assertThat(node.count("lanekeeper.operation WHERE target = 'lock:b:x' AND operator = 'ada'"))
                .isOne();
    }

    private boolean takeAway(boolean byItsKey) {
        var operations = new LockOperations(node.database);
        var ada = new Operator("ada", "its interface hangs");
        if (byItsKey) {
            return operations.releaseAll(new LockPattern("b:*"), ada) == 1;
        }
        return node.database
                .sql("SELECT digest, token FROM lanekeeper.run_lock")
                .query((row, n) -> operations.releaseRunLock(row.getObject(1, UUID.class), row.getLong(2), ada))
                .single()
                .equals(LockAnswer.RELEASED);
    }

    @Test
    void aRunThatHasLostItsLaneIsNotGivenItsLocksAndDoesNotCallItsHandler() {
        node.store("lost", 4, "r4");

        await().atMost(SOON).until(() -> node.count("lanekeeper.outcome") == 1);

        assertThat(lost).isTrue();
        assertThat(started).containsExactly(4L);
    }

    /** As a rescue does, between the look at the lease and the transaction in which the locks are taken. */
    private String loseTheLaneOnce(WaitingItem item) {
        if (lost.compareAndSet(false, true)) {
            node.database
                    .sql("UPDATE lanekeeper.lane SET owner_node = NULL, owner_run = NULL WHERE lane_id = ?")
                    .param(item.laneId())
                    .update();
        }
        return "x";
    }

    private void holdTheFirstLock() {
        node.store("h", 0, "r0");
        await().until(() -> started.contains(0L));
    }

    /** The lane of the one who waits. */
    private void change(String set) {
        node.database
                .sql("UPDATE lanekeeper.lane SET " + set
                        + " WHERE lane_id = (SELECT lane_id FROM lanekeeper.work_item WHERE kafka_offset = 1)")
                .update();
    }
}

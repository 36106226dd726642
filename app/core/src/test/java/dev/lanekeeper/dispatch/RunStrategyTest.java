package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static dev.lanekeeper.dispatch.TestNode.locked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.handler.LockRules.Refusal;
import dev.lanekeeper.work.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** A strategy of the application says of each item what becomes of it if it is not given its lock in the run. */
class RunStrategyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Map<Long, RunConflict> CHOICES = Map.of(
            0L, RunConflict.LOG,
            1L, RunConflict.LOG,
            2L, RunConflict.WAIT,
            3L, RunConflict.REJECT,
            5L, RunConflict.CONFIGURED);

    private final CountDownLatch leave = new CountDownLatch(1);
    private final CountDownLatch started = new CountDownLatch(1);
    private final List<Boolean> inTransaction = new CopyOnWriteArrayList<>();
    private final TestNode node = TestNode.start(locked(
            handler("h", c -> {
                started.countDown();
                assertThat(leave.await(60, TimeUnit.SECONDS)).isTrue();
                return Outcome.ack();
            }),
            new LockRule(
                    "l",
                    null,
                    1,
                    null,
                    new Refusal(RunConflict.RESCHEDULE, Duration.ZERO, Duration.ofMillis(50), 1),
                    this::choose)));

    private RunConflict choose(RawEvent event) {
        inTransaction.add(TransactionSynchronizationManager.isActualTransactionActive());
        var chosen = CHOICES.get(event.offset());
        if (chosen == null) {
            throw new IllegalStateException("cannot say");
        }
        return chosen;
    }

    @AfterEach
    void close() {
        leave.countDown();
        node.close();
    }

    @Test
    void eachItemFaresAsTheStrategyChoseForItOutsideOfAnyTransaction() throws InterruptedException {
        node.store("h", 0, "r0");
        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        node.store("h", 1, "r1", "r2", "r3", "r4", "r5");
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 4);
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lock_waiter") == 1);

        leave.countDown();
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 6);

        assertThat(ends())
                .containsExactlyEntriesOf(new TreeMap<>(Map.of(
                        0L, State.DONE,
                        1L, State.DISCARDED,
                        2L, State.DONE,
                        3L, State.REJECTED,
                        4L, State.FAILED,
                        5L, State.FAILED)));
        assertThat(messages(4)).isEqualTo(List.of("cannot say", "cannot say", "cannot say", "cannot say"));
        assertThat(messages(5)).allMatch(m -> m.contains("the strategy of the lock l chose CONFIGURED"));
        assertThat(inTransaction).isNotEmpty().containsOnly(false);
    }

    private Map<Long, State> ends() {
        var ends = new TreeMap<Long, State>();
        node.database
                .sql("SELECT kafka_offset, state FROM lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id)")
                .query(row -> {
                    ends.put(row.getLong(1), State.of(row.getInt(2)));
                });
        return ends;
    }

    private List<String> messages(long offset) {
        return node.database.sql("""
                        SELECT error_message
                          FROM lanekeeper.attempt
                          JOIN lanekeeper.work_item USING (item_id)
                         WHERE kafka_offset = ?
                        """).param(offset).query(String.class).list();
    }
}

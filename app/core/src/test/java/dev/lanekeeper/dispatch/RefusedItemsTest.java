package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static dev.lanekeeper.dispatch.TestNode.locked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.handler.LockRules.Refusal;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.ConflictReason;
import dev.lanekeeper.work.WaitingItem;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of those that are not given their lock. */
class RefusedItemsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int HOPS = 2;

    private final CountDownLatch leave = new CountDownLatch(1);
    private final CountDownLatch started = new CountDownLatch(1);
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final TestNode node = TestNode.start(
            List.of(new RunListener() {
                @Override
                public void refused(String handler, WaitingItem item, Refusal refusal) {
                    told.add(refusal.conflict() + (refusal.givenUp() ? " given up" : ""));
                }
            }),
            locked(
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
                            new Refusal(RunConflict.RESCHEDULE, Duration.ZERO, Duration.ofMillis(50), HOPS))));

    @AfterEach
    void close() {
        leave.countDown();
        node.close();
    }

    @Test
    void theLastTimeIsToldAsGivenUpAndNotAsRescheduled() throws InterruptedException {
        node.store("h", 0, "r0");
        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
        node.store("h", 1, "r1");

        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 3") == 1);

        assertThat(told).containsExactly("RESCHEDULE", "RESCHEDULE", "RESCHEDULE given up");
        assertThat(counted())
                .containsExactly("l, 2 RESCHEDULED_IN_RUN for offset 0", "l, 1 GAVE_UP_IN_RUN for offset 0");
    }

    private List<String> counted() {
        return node.database
                .sql("""
                        SELECT c.unique_key, c.number, c.reason, w.kafka_offset
                          FROM lanekeeper.unique_conflict AS c
                          JOIN lanekeeper.work_item AS w ON w.item_id = c.holder_id
                         ORDER BY c.reason
                        """)
                .query((row, n) -> row.getString(1) + ", " + row.getLong(2) + " " + ConflictReason.of(row.getInt(3))
                        + " for offset " + row.getLong(4))
                .list();
    }
}

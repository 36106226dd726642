package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class WorkerLostTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void tellsListenersWhatWasGivenUpAfterItsWorkersDied() {
        List<RunListener.Result> told = new CopyOnWriteArrayList<>();
        var listener = new RunListener() {
            @Override
            public void workersLost(List<Result> results) {
                told.addAll(results);
            }
        };
        try (var node = TestNode.start(List.of(listener), handler("orders", c -> Outcome.ack()))) {
            killTwoWorkersAndAThird(node);

            await().atMost(PATIENCE).until(() -> told.size() == 1);
            assertThat(told.get(0).handler()).isEqualTo("orders");
            assertThat(told.get(0).item().event().offset()).isZero();
            assertThat(told.get(0).item().attempts()).isZero();
            assertThat(told.get(0).result()).isInstanceOfSatisfying(Finished.class, f -> {
                assertThat(f.state()).isEqualTo(State.FAILED);
                assertThat(f.fingerprint()).isEqualTo("WorkerLost");
            });
            assertThat(node.count("lanekeeper.outcome WHERE fingerprint = 'WorkerLost'"))
                    .isEqualTo(1);
        }
    }

    /** An item that was begun for the third time, by a node that is gone. */
    private static void killTwoWorkersAndAThird(TestNode node) {
        node.database.inTransaction(() -> {
            node.database.sql("""
                            INSERT INTO lanekeeper.work_item (
                                   handler_id, source, lane_id, topic, partition, kafka_offset, polled_at, stored_at, resource)
                            VALUES (?, 1, gen_random_uuid(), 'orders', 0, 0, now(), now(), 'a')
                            """).param(node.number("orders")).update();
            node.database.sql("""
                            INSERT INTO lanekeeper.lane (lane_id, handler_id, waiting, due_at, owner_node, owner_run, epoch)
                            SELECT lane_id, handler_id, 1, now(), 1000000, gen_random_uuid(), 1
                              FROM lanekeeper.work_item
                            """).update();
            return node.database.sql("""
                            INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes, strikes, begun)
                            SELECT lane_id, item_id, now(), handler_id, 0, 2, true
                              FROM lanekeeper.work_item
                            """).update();
        });
    }
}

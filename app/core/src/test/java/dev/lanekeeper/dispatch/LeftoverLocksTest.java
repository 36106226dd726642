package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What locks have left in an application that needs none any more. */
class LeftoverLocksTest {

    @Test
    void isSweptUpAtTheNextStart() {
        var pool = TestNode.freshPool();
        var other = TestNode.pool(pool.getJdbcUrl(), pool.getUsername());
        try (var node = TestNode.on(pool, 2, handler("h", c -> Outcome.ack()))) {
            leaveRows(node);
        }

        try (var node = TestNode.on(other, 2, handler("h", c -> Outcome.ack()))) {
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> node.count("lanekeeper.run_lock") + node.count("lanekeeper.lock_waiter") == 0);
        }
    }

    private static void leaveRows(TestNode node) {
        node.database.sql("""
                        INSERT INTO lanekeeper.run_lock (
                               digest, token, name, lane_id, epoch, item_id, handler_id, node_id, most, taken_at)
                        VALUES (gen_random_uuid(), 1, 'l', gen_random_uuid(), 1, 1, 1, 1, 1, now());
                        INSERT INTO lanekeeper.lock_waiter (item_id, digest, ticket, name, handler_id, since, due_before)
                        VALUES (1, gen_random_uuid(), 1, 'l', 1, now(), now());
                        """).update();
    }
}

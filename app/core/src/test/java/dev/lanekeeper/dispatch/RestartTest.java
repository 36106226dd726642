package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.handler.HandlerDefinition.AfterExhaustion;
import dev.lanekeeper.handler.HandlerDefinition.Backoff;
import dev.lanekeeper.handler.HandlerDefinition.Failures;
import dev.lanekeeper.handler.HandlerDefinition.OnFailure;
import dev.lanekeeper.work.MigratedDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class RestartTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Failures MANY_RETRIES = new Failures(
            1_000,
            new Backoff(Duration.ofMillis(20), Duration.ofMillis(20)),
            OnFailure.BLOCK,
            AfterExhaustion.CONTINUE,
            null);

    private final List<Integer> attempts = new CopyOnWriteArrayList<>();

    @Test
    void goesOnCountingTheAttemptsOfAnItem() {
        var database = MigratedDatabase.create("restart");
        try (var node = TestNode.on(
                TestNode.pool(database.jdbcUrl(), database.username()), 4, handler("orders", MANY_RETRIES, context -> {
                    throw new IllegalStateException("not yet");
                }))) {
            node.store("orders", 0, "a");
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.attempt") >= 3);
        }
        try (var node = TestNode.on(
                TestNode.pool(database.jdbcUrl(), database.username()), 4, handler("orders", MANY_RETRIES, context -> {
                    attempts.add(context.attempt());
                    return Outcome.ack();
                }))) {
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 1);

            var failed = (int) node.count("lanekeeper.attempt");
            assertThat(attempts).containsExactly(failed + 1);
            assertThat(node.count("lanekeeper.outcome WHERE attempts = " + (failed + 1)))
                    .isEqualTo(1);
        }
    }
}

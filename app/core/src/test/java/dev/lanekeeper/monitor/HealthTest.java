package dev.lanekeeper.monitor;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.dispatch.TestNode;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.HandlerDefinition.AfterExhaustion;
import dev.lanekeeper.handler.HandlerDefinition.Backoff;
import dev.lanekeeper.handler.HandlerDefinition.Failures;
import dev.lanekeeper.handler.HandlerDefinition.Limits;
import dev.lanekeeper.handler.HandlerDefinition.OnFailure;
import dev.lanekeeper.handler.Handlers;
import dev.lanekeeper.intake.kafka.IntakeStatus;
import dev.lanekeeper.intake.kafka.IntakeStatus.ConsumerStatus;
import dev.lanekeeper.intake.kafka.IntakeStatus.PartitionStatus;
import dev.lanekeeper.intake.kafka.IntakeStatus.State;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.support.GenericApplicationContext;

class HealthTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Failures FOR_EVER = new Failures(
            null,
            new Backoff(Duration.ofHours(1), Duration.ofHours(1)),
            OnFailure.BLOCK,
            AfterExhaustion.CONTINUE,
            null);

    @Test
    void saysUnknownWhileNothingRuns() {
        var monitor = new Monitor(
                new Publisher(new GenericApplicationContext(), EventMode.OFF),
                null,
                () -> new Handlers(List.of()),
                () -> {
                    throw new IllegalStateException("not asked");
                });

        assertThat(status(new DatabaseHealth(monitor))).isEqualTo(Status.UNKNOWN);
        assertThat(status(new WorkersHealth(monitor, PATIENCE))).isEqualTo(Status.UNKNOWN);
    }

    @Test
    void isDownWhileAHandlerIgnoresItsTimeoutAndUpAgainAfterwards() {
        var release = new CountDownLatch(1);
        var stubborn = TestNode.with(
                handler("orders", FOR_EVER, call -> {
                    while (release.getCount() > 0) {
                        try {
                            release.await();
                        } catch (InterruptedException e) {
                            // as code that knows no better
                        }
                    }
                    return Outcome.ack();
                }),
                new Limits(Duration.ofMillis(100), null, 200_000, false),
                null);
        try (var node = TestNode.start(List.of(), stubborn)) {
            var workers = new WorkersHealth(monitor(node, stubborn), Duration.ofMinutes(5));
            assertThat(status(workers)).isEqualTo(Status.UP);
            node.store("orders", 0, "a");

            await().atMost(PATIENCE).until(() -> status(workers).equals(Status.DOWN));
            assertThat(workers.health().getDetails()).containsKeys("problems", "ignoringTimeout");
            release.countDown();
            await().atMost(PATIENCE).until(() -> status(workers).equals(Status.UP));
        }
    }

    @Test
    void isDegradedWhileALongFailureBlocksItsLane() {
        var failing = handler("orders", FOR_EVER, call -> {
            throw new IllegalStateException("never");
        });
        try (var node = TestNode.start(List.of(), failing)) {
            var lanes = new LanesHealth(monitor(node, failing), Duration.ofMinutes(5));
            node.store("orders", 0, "a", "a", "b");
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.attempt") == 2);
            assertThat(status(lanes)).isEqualTo(Status.UP);

            node.database
                    .sql("UPDATE lanekeeper.attempt SET finished_at = finished_at - interval '6 minutes'"
                            + " WHERE attempt_id = (SELECT min(attempt_id) FROM lanekeeper.attempt)")
                    .update();

            assertThat(status(lanes)).isEqualTo(NodeHealth.DEGRADED);
            assertThat((List<?>) lanes.health().getDetails().get("blocked")).hasSize(1);
        }
    }

    @Test
    void isDownWithoutTheDatabase() {
        var handler = handler("orders", call -> Outcome.ack());
        var node = TestNode.start(List.of(), handler);
        var database = new DatabaseHealth(monitor(node, handler));
        try (node) {
            assertThat(status(database)).isEqualTo(Status.UP);
        }
        try (var quiet = new CapturedLog(AbstractHealthIndicator.class);
                var own = new CapturedLog(DatabaseHealth.class)) {
            assertThat(status(database)).isEqualTo(Status.DOWN);
        }
    }

    @Test
    void isDownWhileAPartitionHasStopped() {
        var intake = intake(State.RUNNING, false, "topic was deleted and created again");
        var health = judge(intake(State.RUNNING, true, null), intake);

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails().get("orders").toString())
                .contains("topic-0=topic was deleted and created again");
    }

    @Test
    void isDegradedWhileAHandlerWaitsForKafka() {
        assertThat(judge(intake(State.RUNNING, true, null)).getStatus()).isEqualTo(Status.UP);
        assertThat(judge(intake(State.WAITING_FOR_KAFKA, true, null)).getStatus())
                .isEqualTo(NodeHealth.DEGRADED);
    }

    private static Monitor monitor(TestNode node, HandlerDefinition handler) {
        var monitor = new Monitor(
                new Publisher(new GenericApplicationContext(), EventMode.OFF),
                null,
                () -> new Handlers(List.of(handler)),
                () -> node.database);
        monitor.started(node.node, null);
        return monitor;
    }

    private static Health judge(IntakeStatus... intakes) {
        var health = new Health.Builder();
        IntakeHealth.judge(List.of(intakes), health);
        return health.build();
    }

    private static IntakeStatus intake(State state, boolean healthy, @Nullable String stopped) {
        var partition = new PartitionStatus("topic", 0, 5L, 0L, stopped);
        var consumer = new ConsumerStatus(0, null, null, List.of(partition), 0, 0, 0, null, null);
        return new IntakeStatus("orders", state, null, List.of(consumer), 0, healthy);
    }

    private static Status status(HealthIndicator indicator) {
        return indicator.health().getStatus();
    }
}

package dev.lanekeeper.monitor;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.when;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.dispatch.Node;
import dev.lanekeeper.dispatch.NodeLife;
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
import dev.lanekeeper.intake.outbox.MoverStatus;
import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.work.Database;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
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
                },
                null);

        assertThat(status(new DatabaseHealth(monitor))).isEqualTo(Status.UNKNOWN);
        assertThat(status(new WorkersHealth(monitor, PATIENCE))).isEqualTo(Status.UNKNOWN);
    }

    @Test
    void isDownWhileOneWorkerHangsHoweverManyOthersLiveAndUpAgainAfterwards() {
        var release = new CountDownLatch(1);
        var stubborn = TestNode.with(
                handler("orders", FOR_EVER, call -> {
                    while (call.event().offset() == 0 && release.getCount() > 0) {
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
            var monitor = monitor(node, stubborn);
            var workers = new WorkersHealth(monitor, Duration.ofMinutes(5));
            var liveness = new LivenessHealth(monitor);
            assertThat(status(workers)).isEqualTo(Status.UP);
            assertThat(status(liveness)).isEqualTo(Status.UP);
            node.store("orders", 0, "a");

            await().atMost(PATIENCE).until(() -> status(workers).equals(Status.DOWN));
            assertThat(workers.health().getDetails()).containsKeys("problems", "ignoringTimeout");
            node.store("orders", 1, "b", "c", "d");
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 3);
            assertThat(status(workers)).isEqualTo(Status.DOWN);
            assertThat(status(liveness)).isEqualTo(Status.DOWN);
            assertThat(new HealthFile(Path.of("none"), monitor, Clock.systemUTC()).lines())
                    .anyMatch(line -> line.startsWith("liveness Handler orders ignores its timeout"))
                    .anyMatch(line -> line.startsWith("readiness Handler orders ignores its timeout"));
            release.countDown();
            await().atMost(PATIENCE).until(() -> status(workers).equals(Status.UP));
        }
    }

    @Test
    void isDownWhileTheDispatcherHasNotComeRoundForAMinuteThoughTheHeartbeatLives() {
        var handler = handler("orders", call -> Outcome.ack());
        var node = Mockito.mock(Node.class);
        Mockito.when(node.locks()).thenReturn(RemoteLocks.NONE);
        when(node.life()).thenReturn(Mockito.mock(NodeLife.class));
        when(node.life().mayStart()).thenReturn(true);
        when(node.life().sinceBeat()).thenReturn(Duration.ofSeconds(1));
        when(node.sinceWatch()).thenReturn(Duration.ofSeconds(1));
        when(node.isJobServerRunning()).thenReturn(true);
        when(node.sinceDispatch()).thenReturn(Duration.ofSeconds(59), Duration.ofSeconds(59), Duration.ofSeconds(61));
        var monitor = new Monitor(
                new Publisher(new GenericApplicationContext(), EventMode.OFF),
                null,
                () -> new Handlers(List.of(handler)),
                () -> Mockito.mock(Database.class),
                null);
        monitor.started(node, null, null);
        var workers = new WorkersHealth(monitor, Duration.ofMinutes(5));
        var liveness = new LivenessHealth(monitor);

        assertThat(status(workers)).isEqualTo(Status.UP);
        assertThat(status(liveness)).isEqualTo(Status.UP);
        assertThat(workers.health().getDetails().get("problems"))
                .isEqualTo(List.of("The dispatcher has not moved for 61 s"));
        assertThat(status(liveness)).isEqualTo(Status.DOWN);
    }

    @Test
    void isNotReadyBeforeTheStartAndFromTheBeginningOfTheStop() {
        var handler = handler("orders", call -> Outcome.ack());
        var monitor = new Monitor(
                new Publisher(new GenericApplicationContext(), EventMode.OFF),
                null,
                () -> new Handlers(List.of(handler)),
                () -> {
                    throw new IllegalStateException("not asked");
                },
                null);
        var readiness = new ReadinessHealth(monitor);
        assertThat(status(readiness)).isEqualTo(Status.OUT_OF_SERVICE);
        monitor.stopping();
        assertThat(readiness.health().getDetails()).containsEntry("reason", "Lanekeeper is stopping");
    }

    @Test
    void isDownWhileAConsumerHasNotComeRoundForAMinute() {
        var hanging = new ConsumerStatus(
                0, null, null, List.of(), 0, 0, 0, null, null, Duration.ZERO, Duration.ofSeconds(61));
        var health = judge(new IntakeStatus("orders", State.RUNNING, null, List.of(hanging), 0, true));

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails().get("problems").toString())
                .contains("Consumer 0 of handler orders has not moved for 61 s");
    }

    @Test
    void isDownWhileAFlushHasWaitedForTheDatabaseForAMinuteThoughItsConsumerComesRound() {
        var hanging = new ConsumerStatus(
                3, null, null, List.of(), 0, 0, 0, null, null, Duration.ofSeconds(61), Duration.ZERO);
        var health = judge(new IntakeStatus("orders", State.RUNNING, null, List.of(hanging), 0, true));

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails().get("problems").toString())
                .contains("The flush of Consumer 3 of handler orders has not moved for 61 s");
    }

    @Test
    void isDownWhileOneMoverIsSilentOrHasEndedAndTheOtherLives() {
        var living = new MoverStatus(0, true, Duration.ofSeconds(1), Duration.ofSeconds(60), 7, 0, null);
        var troubled = new MoverStatus(1, true, Duration.ofSeconds(9), Duration.ofSeconds(60), 7, 0, "no table");
        var silent =
                new MoverStatus(1, true, Duration.ofSeconds(61), Duration.ofSeconds(60), 7, 0, "the database is away");
        var ended = new MoverStatus(1, false, Duration.ofSeconds(1), Duration.ofSeconds(60), 7, 0, null);

        assertThat(judge(living, living)).isEqualTo(Status.UP);
        assertThat(judge(living, troubled)).isEqualTo(NodeHealth.DEGRADED);
        assertThat(judge(living, silent)).isEqualTo(Status.DOWN);
        assertThat(judge(living, ended)).isEqualTo(Status.DOWN);
        assertThat(judge(living, new MoverStatus(1, true, Duration.ofSeconds(61), Duration.ofSeconds(90), 7, 0, null)))
                .as("one that looks seldom")
                .isEqualTo(Status.UP);
    }

    private static Status judge(MoverStatus... movers) {
        var health = new Health.Builder();
        MoversHealth.judge(List.of(movers), health);
        return health.build().getStatus();
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
        var health = judge(intake);

        assertThat(health.getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.getDetails().get("stoppedPartitions").toString())
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
                () -> node.database,
                null);
        monitor.started(node.node, null, null);
        return monitor;
    }

    private static Health judge(IntakeStatus intake) {
        var health = new Health.Builder();
        IntakeHealth.judge(intake, health);
        return health.build();
    }

    private static IntakeStatus intake(State state, boolean healthy, @Nullable String stopped) {
        var partition = new PartitionStatus("topic", 0, 5L, 0L, stopped);
        var consumer = new ConsumerStatus(
                0, null, null, List.of(partition), 0, 0, 0, null, null, Duration.ZERO, Duration.ZERO);
        return new IntakeStatus("orders", state, null, List.of(consumer), 0, healthy);
    }

    private static Status status(HealthIndicator indicator) {
        return indicator.health().getStatus();
    }
}

package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandOverTest {

    private static final Duration SHORTLY = Duration.ofSeconds(20);
    private static final Duration AFTER_A_POLL = Duration.ofSeconds(40);

    private final BlockingQueue<UUID> called = new LinkedBlockingQueue<>();
    private JobRunrDatabase database;

    @BeforeEach
    void open() {
        database = new JobRunrDatabase("jobs_hand_over");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void startsARunAfterTheCommitAndMarksItSucceeded() throws InterruptedException {
        var server = database.server("node", called::add);
        var run = server.newRunId();

        database.transaction.executeWithoutResult(status -> {
            server.saveProcessing(List.of(run));
            assertThat(database.state(run)).isEqualTo("PROCESSING");
        });
        assertThat(called).isEmpty();
        assertThat(server.start(List.of(run))).isEmpty();

        assertThat(called.poll(20, TimeUnit.SECONDS)).isEqualTo(run);
        await().atMost(SHORTLY).until(() -> database.state(run), "SUCCEEDED"::equals);
        assertThat(called).isEmpty();
    }

    @Test
    void aRollbackLeavesNoJob() {
        var server = database.server("node", called::add);
        var run = server.newRunId();

        database.transaction.executeWithoutResult(status -> {
            server.saveProcessing(List.of(run));
            status.setRollbackOnly();
        });

        assertThat(database.state(run)).isEqualTo("none");
    }

    @Test
    void savesRunsOnlyInATransaction() {
        var server = database.server("node", called::add);
        var run = server.newRunId();

        assertThatThrownBy(() -> server.saveProcessing(List.of(run)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(run.toString());
    }

    @Test
    void aStoppedServerGivesTheRunsBack() {
        var server = database.server("node", called::add);
        var runs = List.of(server.newRunId(), server.newRunId());
        database.save(server, runs);

        server.close();

        assertThat(server.isRunning()).isFalse();
        assertThat(server.start(runs)).isEqualTo(runs);
        assertThat(called).isEmpty();
    }

    @Test
    void aServerThatWasStoppedStartsAgain() throws InterruptedException {
        var server = database.server("node", called::add);
        server.close();

        server.start();
        var run = database.handOver(server);

        assertThat(called.poll(20, TimeUnit.SECONDS)).isEqualTo(run);
    }

    @Test
    void eachOfTwoNodesWorksOnWhatItHandedOver() {
        Map<String, Set<UUID>> ran =
                Map.of("first", ConcurrentHashMap.newKeySet(), "second", ConcurrentHashMap.newKeySet());
        var first = database.server("first", ran.get("first")::add);
        var second = database.server("second", ran.get("second")::add);

        var runsOfFirst = database.handOver(first, 8);
        var runsOfSecond = database.handOver(second, 8);

        await().atMost(SHORTLY).untilAsserted(() -> {
            assertThat(ran.get("first")).containsExactlyInAnyOrderElementsOf(runsOfFirst);
            assertThat(ran.get("second")).containsExactlyInAnyOrderElementsOf(runsOfSecond);
        });
        assertThat(names()).containsExactlyInAnyOrder("first", "second");
    }

    @Test
    void aRunThatSomebodyPutBackIntoTheQueueCallsTheBodyAgain() throws InterruptedException {
        var server = database.server("node", called::add);
        var run = database.handOver(server);
        await().atMost(SHORTLY).until(() -> database.state(run), "SUCCEEDED"::equals);
        called.clear();

        StoreAccess.of(database).requeue(run);

        assertThat(called.poll(20, TimeUnit.SECONDS)).isEqualTo(run);
        await().atMost(SHORTLY).until(() -> database.state(run), "SUCCEEDED"::equals);
    }

    @Test
    void aRunWhoseBodyFailsIsDeletedAndNotRepeated() {
        try (var log = new QuietLog()) {
            var server = database.server("node", run -> {
                called.add(run);
                throw new IllegalStateException("planted");
            });

            var run = database.handOver(server);

            await().atMost(SHORTLY).until(() -> database.state(run), "DELETED"::equals);
            await().atMost(SHORTLY)
                    .untilAsserted(() -> assertThat(log.messages(Level.WARN))
                            .filteredOn(message -> message.contains("processing failed"))
                            .singleElement()
                            .asString()
                            .contains(run.toString()));
            assertThat(called).hasSize(1);
            assertThat(log.messages(Level.ERROR)).isEmpty();
        }
    }

    @Test
    void anInterruptThatIsLeftOverDoesNotFailTheRun() {
        var server = database.server("node", run -> Thread.currentThread().interrupt());

        var run = database.handOver(server);

        await().atMost(SHORTLY).until(() -> database.state(run), "SUCCEEDED"::equals);
    }

    @Test
    void rowsOfEndedRunsAreDeletedWhenTheirTimeIsOver() {
        var server = database.server(JobRunrDatabase.keepingEndedRuns("node", Duration.ofSeconds(1)), called::add);

        var run = database.handOver(server);

        await().atMost(SHORTLY).until(() -> database.state(run), "SUCCEEDED"::equals);
        await().atMost(AFTER_A_POLL).until(() -> database.state(run), "none"::equals);
    }

    @Test
    void allWorkersWorkAtTheSameTime() throws InterruptedException {
        var together = new CountDownLatch(8);
        var server = database.server("node", run -> {
            together.countDown();
            waitFor(together);
        });

        database.handOver(server, server.workers());

        assertThat(together.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private List<String> names() {
        return database.jdbc.queryForList("SELECT name FROM lanekeeper.jobrunr_backgroundjobservers", String.class);
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StopTest {

    private static final Duration SHORTLY = Duration.ofSeconds(20);

    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private JobRunrDatabase database;

    @BeforeEach
    void open() {
        database = new JobRunrDatabase("jobs_stop");
    }

    @AfterEach
    void close() {
        release.countDown();
        database.close();
    }

    @Test
    void waitsForTheRunsAndTakesNoMoreMeanwhile() throws InterruptedException {
        var server = database.server("node", run -> work());
        var run = database.handOver(server);
        assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();

        var stopped = CompletableFuture.supplyAsync(() -> server.stop(Duration.ofSeconds(60)));
        await().atMost(SHORTLY).until(() -> !server.isRunning());
        assertThat(server.start(List.of(server.newRunId()))).hasSize(1);
        assertThat(stopped).isNotDone();
        release.countDown();

        assertThat(stopped).succeedsWithin(SHORTLY).isEqualTo(true);
        assertThat(database.state(run)).isEqualTo("SUCCEEDED");
        assertThat(database.jdbc.queryForList("SELECT name FROM lanekeeper.jobrunr_backgroundjobservers"))
                .isEmpty();
    }

    @Test
    void interruptsWhatStillWorksWhenThePatienceEnds() throws InterruptedException {
        var server = database.server("node", run -> work());
        database.handOver(server);
        assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(server.stop(Duration.ofMillis(100))).isTrue();

        assertThat(interrupted.getCount()).isZero();
    }

    @Test
    void letsGoOfARunThatIgnoresTheInterrupt() throws InterruptedException {
        var server = database.server("node", run -> {
            work();
            awaitRelease();
        });
        var run = database.handOver(server);
        assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(server.stop(Duration.ofMillis(100))).isFalse();

        assertThat(interrupted.getCount()).isZero();
        release.countDown();
        await().atMost(SHORTLY).until(() -> database.state(run), "SUCCEEDED"::equals);
    }

    private void work() {
        started.countDown();
        try {
            release.await(180, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted.countDown();
        }
    }

    private void awaitRelease() {
        try {
            release.await(180, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("Interrupted twice", e);
        }
    }
}

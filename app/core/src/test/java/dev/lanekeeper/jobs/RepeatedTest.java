package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class RepeatedTest {

    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Both nodes have all their workers busy meanwhile, as under load. */
    @Test
    void isDoneByOneOfTwoNodesAtATimeAndKnownOnce() {
        List<Long> done = new CopyOnWriteArrayList<>();
        var release = new CountDownLatch(1);
        try (var database = new JobRunrDatabase("repeated")) {
            for (var node = 1; node <= 2; node++) {
                var server = database.server("node " + node, runId -> await(release), repeated(done));
                database.handOver(server, server.workers());
            }
            Awaitility.await().atMost(PATIENCE).until(() -> done.size() >= 2);
            release.countDown();

            assertThat(ids(database)).containsExactly(Repeated.ID);
            assertThat(done.get(1) - done.get(0))
                    .as("nanoseconds between two turns, of which each is one node's only")
                    .isGreaterThan(INTERVAL.dividedBy(10).toNanos());
        }
    }

    @Test
    void isForgottenByANodeThatIsNotToldOfIt() {
        try (var database = new JobRunrDatabase("not_repeated")) {
            database.server("before", runId -> {}, repeated(new CopyOnWriteArrayList<>()))
                    .stop(INTERVAL);
            assertThat(ids(database)).containsExactly(Repeated.ID);
            database.server("after", runId -> {});
            assertThat(ids(database)).isEmpty();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Repeated repeated(List<Long> done) {
        return new Repeated(INTERVAL, () -> done.add(System.nanoTime()));
    }

    private static List<String> ids(JobRunrDatabase database) {
        return database.jdbc.queryForList("SELECT trim(id) FROM lanekeeper.jobrunr_recurring_jobs", String.class);
    }
}

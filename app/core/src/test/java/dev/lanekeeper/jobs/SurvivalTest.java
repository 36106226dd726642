package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What JobRunr alone would not survive: its database away, its rows deleted, its jobs orphaned. */
class SurvivalTest {

    private static final Duration SHORTLY = Duration.ofSeconds(20);
    private static final Duration AFTER_SOME_POLLS = Duration.ofSeconds(60);

    private final BlockingQueue<UUID> ended = new LinkedBlockingQueue<>();
    private final BlockingQueue<UUID> interrupted = new LinkedBlockingQueue<>();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private QuietLog log;

    @BeforeEach
    void beQuiet() {
        log = new QuietLog();
    }

    @AfterEach
    void beLoud() {
        release.countDown();
        log.close();
    }

    @Test
    void isRevivedAfterAnOutageThatStoppedJobRunrAndLetsRunsWorkOnMeanwhile() throws InterruptedException {
        try (var postgres = PostgresServer.create();
                var database = new JobRunrDatabase(postgres.createDatabase("jobs"), UnaryOperator.identity())) {
            var server = database.server("node", this::workUntilReleased);
            awaitHeartbeats(database, 2);
            var run = database.handOver(server);
            assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();

            postgres.stop();
            await().atMost(AFTER_SOME_POLLS).until(() -> !server.isRunning());
            assertThat(server.start(List.of(server.newRunId()))).hasSize(1);
            assertThat(interrupted).isEmpty();
            postgres.start();

            await().atMost(AFTER_SOME_POLLS).until(server::isRunning);
            release.countDown();
            await().atMost(SHORTLY).until(() -> database.state(run), "SUCCEEDED"::equals);
            assertThat(ended.poll()).isEqualTo(run);
            assertThat(interrupted).isEmpty();
            var next = database.handOver(server);
            await().atMost(SHORTLY).until(() -> database.state(next), "SUCCEEDED"::equals);
        }
    }

    @Test
    void runsAndServerLiveOnWhenAllRowsAreDeleted() throws InterruptedException {
        try (var database = new JobRunrDatabase("jobs_emptied")) {
            var server = database.server("node", this::workUntilReleased);
            var run = database.handOver(server);
            assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();
            await().atMost(SHORTLY).until(() -> rows(database, "jobrunr_metadata") > 0);

            database.jdbc.execute("""
                    TRUNCATE lanekeeper.jobrunr_jobs, lanekeeper.jobrunr_backgroundjobservers,
                             lanekeeper.jobrunr_metadata, lanekeeper.jobrunr_recurring_jobs""");

            await().atMost(AFTER_SOME_POLLS).until(() -> rows(database, "jobrunr_backgroundjobservers") == 1);
            await().atMost(SHORTLY).until(() -> metadata(database).contains("database_version"));
            awaitHeartbeats(database, 2);
            assertThat(interrupted).isEmpty();
            assertThat(server.isRunning()).isTrue();
            release.countDown();
            assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo(run);
            var next = database.handOver(server);
            await().atMost(SHORTLY).until(() -> database.state(next), "SUCCEEDED"::equals);
            assertThat(log.messages(Level.ERROR)).isEmpty();
            assertThat(log.messages(Level.WARN)).noneMatch(message -> !message.contains("slow performance"));
        }
    }

    @Test
    void aRunGoesOnWhenSomebodyDeletesItOnTheDashboard() throws InterruptedException {
        try (var database = new JobRunrDatabase("jobs_deleted")) {
            var server = database.server("node", this::workUntilReleased);
            var run = database.handOver(server);
            assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();

            StoreAccess.of(database).delete(run);
            awaitHeartbeats(database, 2);

            assertThat(interrupted).isEmpty();
            release.countDown();
            assertThat(ended.poll(20, TimeUnit.SECONDS)).isEqualTo(run);
            assertThat(database.state(run)).isEqualTo("DELETED");
            assertThat(log.messages(Level.ERROR)).isEmpty();
        }
    }

    @Test
    void anOrphanOfADeadServerIsDeletedAndRunsNowhere() {
        try (var database = new JobRunrDatabase("jobs_orphan")) {
            var server = database.server("node", this::workUntilReleased);
            var orphan = server.newRunId();

            database.save(server, List.of(orphan));
            age(database, orphan);

            await().atMost(AFTER_SOME_POLLS).until(() -> database.state(orphan), "DELETED"::equals);
            assertThat(started.getCount()).isEqualTo(1);
            assertThat(log.messages(Level.ERROR)).isEmpty();
            assertThat(log.messages(Level.WARN)).noneMatch(message -> !message.contains("slow performance"));
        }
    }

    @Test
    void aServerWhoseHeartbeatHasDiedIsStartedAgain() {
        var poison = new AtomicBoolean();
        UnaryOperator<DataSource> poisoned = source -> new WatchedDataSource(source, sql -> {
            if (sql.contains("SET lastHeartbeat") && poison.getAndSet(false)) {
                throw new LinkageError("planted: kills the thread's task for good");
            }
        });
        try (var database = new JobRunrDatabase(PostgresServer.shared().createDatabase("jobs_silent"), poisoned)) {
            var server = database.server("node", this::workUntilReleased);
            awaitHeartbeats(database, 1);

            poison.set(true);
            await().atMost(SHORTLY).until(() -> !poison.get());
            var last = lastHeartbeat(database);

            await().atMost(Duration.ofSeconds(90))
                    .until(() -> lastHeartbeat(database).isAfter(last));
            assertThat(server.isRunning()).isTrue();
        }
    }

    private void workUntilReleased(UUID run) {
        started.countDown();
        try {
            release.await(180, TimeUnit.SECONDS);
            ended.add(run);
        } catch (InterruptedException e) {
            interrupted.add(run);
        }
    }

    /** JobRunr looks at the row's time and not at the one in its JSON. */
    private static void age(JobRunrDatabase database, UUID run) {
        database.jdbc.update(
                "UPDATE lanekeeper.jobrunr_jobs SET updatedAt = updatedAt - interval '1 minute' WHERE id = ?",
                run.toString());
    }

    private static void awaitHeartbeats(JobRunrDatabase database, int count) {
        for (int i = 0; i < count; i++) {
            var before = lastHeartbeat(database);
            await().atMost(AFTER_SOME_POLLS).until(() -> lastHeartbeat(database).isAfter(before));
        }
    }

    private static Instant lastHeartbeat(JobRunrDatabase database) {
        return database.jdbc.queryForObject(
                """
                SELECT coalesce(max(lastHeartbeat), 'epoch') AT TIME ZONE 'UTC'
                FROM lanekeeper.jobrunr_backgroundjobservers
                """, (row, number) -> row.getTimestamp(1).toInstant());
    }

    private static List<String> metadata(JobRunrDatabase database) {
        return database.jdbc.queryForList("SELECT name FROM lanekeeper.jobrunr_metadata", String.class);
    }

    private static long rows(JobRunrDatabase database, String table) {
        return database.jdbc.queryForObject("SELECT count(*) FROM lanekeeper." + table, Long.class);
    }
}

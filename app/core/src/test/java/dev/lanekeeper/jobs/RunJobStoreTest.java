package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.storage.ConcurrentJobModificationException;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs that end at the same time, on a real database. */
class RunJobStoreTest {

    private static final Duration SHORTLY = Duration.ofSeconds(20);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<String> statements = new CopyOnWriteArrayList<>();
    private final AtomicInteger commitsUntilFailure = new AtomicInteger(-1);
    private final RunJobs jobs = new RunJobs(Job.newUUID(), "node");
    private JobRunrDatabase database;
    private RunJobStore store;

    @BeforeEach
    void open() {
        database = new JobRunrDatabase(
                PostgresServer.shared().createDatabase("jobs_store"),
                source -> new WatchedDataSource(source, this::watch));
        new JobRunrTables(database.dataSource, JobRunrDatabase.SCHEMA).migrate();
        store = new RunJobStore(
                database.dataSource, JobRunrDatabase.SCHEMA + ".", new JobMapper(new Jackson3JsonMapper()));
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        store.close();
        database.close();
    }

    @Test
    void oneCommitSavesManyJobs() throws SQLException {
        var ending = ending(20);
        statements.clear();

        saveTogether(ending).forEach(save -> assertThat(save).succeedsWithin(SHORTLY));

        assertThat(ending)
                .allSatisfy(job -> assertThat(database.state(job.getId())).isEqualTo("SUCCEEDED"));
        assertThat(statements.stream().filter("COMMIT"::equals)).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void aJobThatSomebodyChangedFailsAlone() throws SQLException {
        var ending = ending(20);
        var changed = ending.get(7);
        database.jdbc.update(
                "UPDATE lanekeeper.jobrunr_jobs SET version = 5 WHERE id = ?",
                changed.getId().toString());

        var saves = saveTogether(ending);

        for (int i = 0; i < ending.size(); i++) {
            if (ending.get(i) == changed) {
                assertThat(saves.get(i))
                        .failsWithin(SHORTLY)
                        .withThrowableThat()
                        .withCauseInstanceOf(ConcurrentJobModificationException.class);
            } else {
                assertThat(saves.get(i)).succeedsWithin(SHORTLY);
                assertThat(database.state(ending.get(i).getId())).isEqualTo("SUCCEEDED");
            }
        }
        assertThat(changed.getVersion()).isEqualTo(1);
    }

    @Test
    void whenTheCommonCommitFailsAllAreSavedOneByOne() throws SQLException {
        var ending = ending(20);

        commitsUntilFailure.set(2);

        var saves = saveTogether(ending);

        saves.forEach(save -> assertThat(save).succeedsWithin(SHORTLY));
        assertThat(commitsUntilFailure).hasValueLessThanOrEqualTo(0);
        assertThat(ending).allSatisfy(job -> {
            assertThat(database.state(job.getId())).isEqualTo("SUCCEEDED");
            assertThat(job.getVersion()).isEqualTo(2);
        });
    }

    /** Holds the first row locked, so that all others meet behind its commit. */
    private List<CompletableFuture<Void>> saveTogether(List<Job> ending) throws SQLException {
        var saves = new ArrayList<CompletableFuture<Void>>();
        try (var blocker = database.dataSource.getConnection()) {
            blocker.setAutoCommit(false);
            var lock = blocker.prepareStatement("SELECT FROM lanekeeper.jobrunr_jobs WHERE id = ? FOR UPDATE");
            lock.setString(1, ending.get(0).getId().toString());
            lock.execute();
            saves.add(CompletableFuture.runAsync(() -> store.save(ending.get(0)), threads));
            await().atMost(SHORTLY).until(() -> waitingForLocks() == 1);
            for (var job : ending.subList(1, ending.size())) {
                saves.add(CompletableFuture.runAsync(() -> store.save(job), threads));
            }
            await().atMost(SHORTLY).until(() -> store.waitingToBeSaved() == ending.size() - 1);
            blocker.rollback();
        }
        return saves;
    }

    private long waitingForLocks() {
        return database.jdbc.queryForObject(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
                Long.class);
    }

    private List<Job> ending(int count) {
        var runs = Stream.generate(Job::newUUID).limit(count).toList();
        store.save(jobs.created(runs));
        return runs.stream().map(jobs::saved).map(Job::succeeded).toList();
    }

    private void watch(String statement) throws SQLException {
        statements.add(statement);
        if (statement.equals("COMMIT") && commitsUntilFailure.decrementAndGet() == 0) {
            throw new SQLException("planted");
        }
    }
}

package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs that end at the same time, on a real database. */
class RunJobStoreTest {

    private static final Duration SHORTLY = Duration.ofSeconds(20);

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
        store.close();
        database.close();
    }

    @Test
    void oneCommitSavesTheJobsThatEndWithinAMoment() {
        var ending = ending(20);
        statements.clear();

        ending.forEach(store::save);

        awaitAllSucceeded(ending);
        assertThat(statements.stream().filter("COMMIT"::equals)).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void aJobThatSomebodyChangedIsLeftAsItIsAndTheOthersAreSaved() {
        var ending = ending(20);
        var changed = ending.get(7);
        database.jdbc.update(
                "UPDATE lanekeeper.jobrunr_jobs SET version = 5 WHERE id = ?",
                changed.getId().toString());

        ending.forEach(store::save);

        awaitAllSucceeded(ending.stream().filter(job -> job != changed).toList());
        await().atMost(SHORTLY).until(() -> store.waitingToBeSaved() == 0);
        assertThat(database.state(changed.getId())).isEqualTo("PROCESSING");
    }

    @Test
    void whenTheCommonCommitFailsItIsTriedAgain() {
        var ending = ending(20);
        commitsUntilFailure.set(1);

        ending.forEach(store::save);

        awaitAllSucceeded(ending);
        assertThat(commitsUntilFailure).hasValueLessThan(0);
        assertThat(ending).allSatisfy(job -> assertThat(job.getVersion()).isEqualTo(2));
    }

    @Test
    void whoeverStopsWritesWhatWaitsAtOnce() {
        var ending = ending(3);
        ending.forEach(store::save);

        store.flush();

        assertThat(store.waitingToBeSaved()).isZero();
        awaitAllSucceeded(ending);
    }

    private void awaitAllSucceeded(List<Job> ending) {
        await().atMost(SHORTLY)
                .untilAsserted(() -> assertThat(ending)
                        .allSatisfy(
                                job -> assertThat(database.state(job.getId())).isEqualTo("SUCCEEDED")));
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

package dev.lanekeeper.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.JobVersioner;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.scheduling.BackgroundJob;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.ServerTimedOutException;
import org.jobrunr.storage.StorageProviderUtils.DatabaseOptions;
import org.jobrunr.storage.sql.common.DatabaseMigrationsProvider;
import org.jobrunr.storage.sql.common.migrations.SqlMigration;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What this room relies on although JobRunr does not promise it. When an upgrade of JobRunr breaks one of these, read what it says
 * before changing it: each is a reason why some code here is as it is.
 */
class JobRunrContractTest {

    private static final Duration SHORTLY = Duration.ofSeconds(20);
    private static final UUID RUN = UUID.fromString("01a200c9-6512-79fb-a1a6-8b721ec823f8");

    /** Written by the first release; rows like this must be read by every later one. */
    private static final String ROW_OF_THE_FIRST_RELEASE = """
            {"version":1,"jobSignature":"dev.lanekeeper.jobs.LaneRun$Handler.run(dev.lanekeeper.jobs.LaneRun)",\
            "jobName":"lane run","amountOfRetries":0,"labels":["node"],"jobDetails":{\
            "className":"dev.lanekeeper.jobs.LaneRun$Handler","methodName":"run","jobParameters":[{\
            "className":"dev.lanekeeper.jobs.LaneRun","actualClassName":"dev.lanekeeper.jobs.LaneRun",\
            "object":{"runId":"01a200c9-6512-79fb-a1a6-8b721ec823f8"}}],"cacheable":true},\
            "id":"01a200c9-6512-79fb-a1a6-8b721ec823f8","jobHistory":[{"@class":\
            "org.jobrunr.jobs.states.EnqueuedState","state":"ENQUEUED","createdAt":"2026-01-01T00:00:00Z"}],\
            "metadata":{"@class":"java.util.concurrent.ConcurrentHashMap"}}""";

    private final List<String> statements = new CopyOnWriteArrayList<>();
    private final RunJobs jobs = new RunJobs(Job.newUUID(), "node");
    private final JobMapper mapper = new JobMapper(new Jackson3JsonMapper());
    private JobRunrDatabase database;

    @BeforeEach
    void open() {
        database = new JobRunrDatabase(
                PostgresServer.shared().createDatabase("jobs_contract"),
                source -> new WatchedDataSource(source, this::listen));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aRunCostsOneInsertAndOneUpdate() {
        var server = database.server("node", run -> {});
        statements.clear();

        var run = database.handOver(server);
        await().atMost(SHORTLY).until(() -> database.state(run), "SUCCEEDED"::equals);

        assertThat(statements)
                .extracting(statement -> statement.replaceFirst(" *(into )?lanekeeper.*", ""))
                .filteredOn(verb -> !verb.startsWith("SELECT state"))
                .containsExactly("insert", "COMMIT", "update", "COMMIT");
    }

    @Test
    void aJobThatWasSavedAlreadyCanBeBuiltAgainAndSucceeds() {
        var job = jobs.saved(RUN);

        job.succeeded();

        assertThat(job.getVersion()).isEqualTo(1);
        assertThat(job.getState()).isEqualTo(StateName.SUCCEEDED);
        assertThat(job.getLabels()).containsExactly("node");
    }

    @Test
    void theRowOfTheFirstReleaseIsStillRead() {
        var job = mapper.deserializeJob(ROW_OF_THE_FIRST_RELEASE);

        assertThat(job.getId()).isEqualTo(RUN);
        assertThat(job.getJobDetails().getJobParameterValues()).containsExactly(new LaneRun(RUN));
        assertThat(job.getJobDetails().getClassName()).isEqualTo(LaneRun.Handler.class.getName());
        assertThat(mapper.serializeJob(jobs.created(List.of(RUN)).get(0)))
                .contains("\"jobDetails\":"
                        + ROW_OF_THE_FIRST_RELEASE.split("\"jobDetails\":")[1].split(",\"id\"")[0]);
    }

    @Test
    void aVersionerRestoresTheVersionEachTimeItIsClosed() {
        var job = jobs.saved(RUN);
        var versioner = new JobVersioner(job);
        versioner.close();
        try (var later = new JobVersioner(job)) {
            later.commitVersion();
        }
        assertThat(job.getVersion()).isEqualTo(2);

        versioner.close();

        assertThat(job.getVersion()).isEqualTo(1);
    }

    @Test
    void aHeartbeatWithoutARowSaysThatTheServerTimedOut() {
        new JobRunrTables(database.dataSource, JobRunrDatabase.SCHEMA).migrate();
        var store = new PostgresStorageProvider(
                database.dataSource, JobRunrDatabase.SCHEMA + ".", DatabaseOptions.NO_VALIDATE);
        var server = new BackgroundJobServer(store, new Jackson3JsonMapper(), null, configuration(5));

        assertThatThrownBy(() -> store.signalBackgroundJobServerAlive(server.getServerStatus()))
                .isInstanceOf(ServerTimedOutException.class);
    }

    @Test
    void theShortestPollIsFiveSecondsAndFourMissedOnesAreDeath() {
        new JobRunrTables(database.dataSource, JobRunrDatabase.SCHEMA).migrate();
        var store = new RunJobStore(database.dataSource, JobRunrDatabase.SCHEMA + ".", mapper);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BackgroundJobServer(store, new Jackson3JsonMapper(), null, configuration(4)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> configuration(5).andServerTimeoutPollIntervalMultiplicand(3));
    }

    @Test
    void theSingletonOfJobRunrStaysFree() {
        database.server("node", run -> {});

        assertThatIllegalStateException().isThrownBy(() -> BackgroundJob.<Runnable>enqueue(Runnable::run));
    }

    /** New ones run by themselves; look whether the schema name gets into them as in the old ones. */
    @Test
    void theseAreTheScriptsThatWereLookedAt() {
        assertThat(new DatabaseMigrationsProvider(PostgresStorageProvider.class)
                        .getMigrations()
                        .map(SqlMigration::getFileName)
                        .map(name -> name.substring(0, 4))
                        .sorted())
                .containsExactly(
                        "v000", "v001", "v002", "v003", "v004", "v005", "v006", "v007", "v008", "v009", "v010", "v011",
                        "v012", "v013", "v014", "v015", "v016");
    }

    private static BackgroundJobServerConfiguration configuration(int pollSeconds) {
        return BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                .andPollInterval(Duration.ofSeconds(pollSeconds));
    }

    /** JobRunr's own threads poll as they like. */
    private void listen(String statement) {
        var thread = Thread.currentThread().getName();
        if (Stream.of("main", "lane-run", "lanekeeper-jobrunr-ended").anyMatch(thread::startsWith)) {
            statements.add(statement);
        }
    }
}

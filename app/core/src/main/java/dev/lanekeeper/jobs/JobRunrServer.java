package dev.lanekeeper.jobs;

import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.server.JobActivator;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A JobRunr server of Lanekeeper's own, beside any that the application may have: it shares nothing with JobRunr's static singleton.
 *
 * <p>A run reaches a worker in two steps. In the transaction that gives it its lanes, {@link #saveProcessing} inserts its job as one
 * that this server works on; after the commit {@link #start(Collection)} starts it at once, without a poll. The caller counts the
 * workers and hands over no more runs than {@link #workers()}. All methods may be called from any thread.
 */
public final class JobRunrServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(JobRunrServer.class);

    /** JobRunr would rewrite each succeeded job before it deletes it; {@link RunJobStore} deletes it in one step. */
    private static final Duration NEVER = Duration.ofDays(36_500);

    private static final int POLLS_UNTIL_DEAD = 4;
    private static final Duration TIME_TO_GIVE_UP = Duration.ofSeconds(1);
    private static final Duration TIME_TO_SIGN_OFF = Duration.ofSeconds(5);

    private final JobRunrSettings settings;
    private final DataSource dataSource;
    private final JdbcTemplate jdbc;
    private final Jackson3JsonMapper mapper = new Jackson3JsonMapper();
    private final RunJobStore store;
    private final RunWorkers workers;
    private final BackgroundJobServer server;
    private final RunJobs jobs;
    private volatile @Nullable Repeated repeated;
    private @Nullable Watchdog watchdog;
    private @Nullable Dashboard dashboard;

    /** Starts nothing and does not look at the database. */
    public JobRunrServer(JobRunrSettings settings, DataSource dataSource, RunBody body) {
        this.settings = settings;
        this.dataSource = withoutTransactions(dataSource);
        this.jdbc = new JdbcTemplate(this.dataSource);
        this.store = new RunJobStore(this.dataSource, settings.tablePrefix(), new JobMapper(mapper));
        this.workers = new RunWorkers(settings.workers(), settings.virtualThreads());
        this.server = new BackgroundJobServer(store, mapper, onlyOurs(body), configuration());
        this.server.setJobFilters(List.of(new DeleteFailedRun()));
        this.jobs = new RunJobs(server.getId(), settings.serverName());
    }

    /** To be called before the start; without it whatever was repeated before is no longer, on any node. */
    public void repeat(Repeated what) {
        repeated = what;
    }

    /**
     * Prepares the tables and starts the server; does nothing when it is started already. Until {@link #stop} it is kept alive: when
     * the database was away it starts again by itself.
     *
     * @throws RuntimeException when the tables are not there or the dashboard's port is taken
     */
    public synchronized void start() {
        if (watchdog != null) {
            return;
        }
        prepareTables();
        store.open();
        var port = settings.dashboardPort();
        dashboard = port == null ? null : Dashboard.start(store, mapper, port);
        workers.reopen();
        server.start();
        store.repeat(repeated);
        watchdog =
                new Watchdog(server, store, dataSource, settings.pollInterval().multipliedBy(POLLS_UNTIL_DEAD));
        watchdog.start();
    }

    /**
     * Takes no more runs, waits for those that work, then interrupts what is left and lets it go.
     *
     * @param patience how long to wait; the whole call may take about a second longer, and some more when the database is away
     * @return whether all runs have ended
     */
    public synchronized boolean stop(Duration patience) {
        if (watchdog == null) {
            return true;
        }
        workers.drain();
        boolean allEnded = workers.awaitIdle(patience);
        if (!allEnded) {
            workers.interrupt();
            allEnded = workers.awaitIdle(TIME_TO_GIVE_UP);
        }
        watchdog.close();
        watchdog = null;
        signOff();
        return allEnded;
    }

    /** Stops without waiting for runs. */
    @Override
    public void close() {
        stop(Duration.ZERO);
    }

    /** Whether runs may be handed over now: not before the start, not while it stops, not while the database is away. */
    public boolean isRunning() {
        return !workers.isDraining() && server.isRunning();
    }

    /** How many runs may work at a time. */
    public int workers() {
        return settings.workers();
    }

    /** An id for a new run; ids are ordered by time, which is cheaper for the index of JobRunr's table than chance. */
    public UUID newRunId() {
        return Job.newUUID();
    }

    /**
     * Inserts the runs' jobs as being worked on by this server, in the caller's transaction and with one round trip. When the
     * transaction is rolled back, nothing is left.
     *
     * @throws IllegalStateException outside of a transaction on this server's data source
     */
    public void saveProcessing(Collection<UUID> runIds) {
        if (!TransactionSynchronizationManager.hasResource(dataSource)) {
            throw new IllegalStateException(
                    "Runs are saved in the transaction that gives them their lanes: none is active"
                            + " on JobRunr's data source; runs=" + runIds);
        }
        jdbc.execute((ConnectionCallback<Integer>) connection -> store.insert(connection, jobs.created(runIds)));
    }

    /**
     * Starts runs whose jobs were saved and committed, each on a free worker, and returns at once.
     *
     * @return those that could not be started, because the server has stopped meanwhile; JobRunr deletes their rows by itself later
     */
    public List<UUID> start(Collection<UUID> runIds) {
        return runIds.stream().filter(runId -> !startOne(runId)).toList();
    }

    /** The same on the calling thread, one after the other; returns when all are over. Its MDC stays as it is. */
    public List<UUID> perform(Collection<UUID> runIds) {
        var mdc = MDC.getCopyOfContextMap();
        try {
            return runIds.stream().filter(runId -> !performOne(runId)).toList();
        } finally {
            MDC.setContextMap(mdc == null ? Map.of() : mdc);
        }
    }

    /** Whether the calling thread is at work on a run. */
    public boolean isWorker() {
        return workers.isWorker();
    }

    /** Where JobRunr's dashboard is; null when it is off. */
    public synchronized @Nullable URI dashboard() {
        return dashboard == null ? null : dashboard.address();
    }

    private boolean startOne(UUID runId) {
        return launch(runId, workers::execute);
    }

    private boolean performOne(UUID runId) {
        return launch(runId, workers::executeHere);
    }

    /** Not by {@code processJob}, which fails with a NullPointerException when JobRunr stops at this moment. */
    private boolean launch(UUID runId, Consumer<Runnable> worker) {
        if (!isRunning()) {
            return false;
        }
        try {
            worker.accept(new RunPerformer(server, jobs.saved(runId)));
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void prepareTables() {
        var tables = new JobRunrTables(dataSource, settings.schema());
        switch (settings.tables()) {
            case MIGRATE -> tables.migrate();
            case VALIDATE -> tables.validate();
            case NONE -> LOG.debug("JobRunr's tables are left as they are");
        }
    }

    /** On a thread of its own, because JobRunr writes and deletes rows here, which takes long while the database is away. */
    private void signOff() {
        var thread = new Thread(this::writeTheLast, "lanekeeper-jobrunr-stop");
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join(TIME_TO_SIGN_OFF.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (dashboard != null) {
            dashboard.close();
            dashboard = null;
        }
        store.close();
    }

    private void writeTheLast() {
        try {
            store.flush();
        } catch (RuntimeException e) {
            LOG.debug("The last ended runs were not written to JobRunr's table", e);
        } finally {
            server.stop();
        }
    }

    private BackgroundJobServerConfiguration configuration() {
        return BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                .andName(settings.serverName())
                .andPollInterval(settings.pollInterval())
                .andServerTimeoutPollIntervalMultiplicand(POLLS_UNTIL_DEAD)
                .andBackgroundJobServerWorkerPolicy(workers)
                .andDeleteSucceededJobsAfter(NEVER)
                .andPermanentlyDeleteDeletedJobsAfter(settings.retention())
                // JobRunr would interrupt a run whose row was deleted or changed: the row is not what the run is about.
                .andConcurrentJobModificationPolicy(unused -> changed ->
                        LOG.debug("JobRunr's rows of running runs were changed or deleted: {}", changed.getMessage()));
    }

    /** JobRunr would create and call whatever class a row names. */
    private JobActivator onlyOurs(RunBody body) {
        var handler = new LaneRun.Handler(body);
        return new JobActivator() {
            @Override
            public <T> T activateJob(Class<T> type) {
                var what = repeated;
                if (type == LatencyReport.Handler.class && what != null) {
                    return type.cast(new LatencyReport.Handler(what.body()));
                }
                if (type != LaneRun.Handler.class) {
                    throw new IllegalArgumentException(type + " is no run of lanes: not performed");
                }
                return type.cast(handler);
            }
        };
    }

    /** JobRunr commits by itself: it must never do that on a connection that belongs to a caller's transaction. */
    private static DataSource withoutTransactions(DataSource dataSource) {
        return dataSource instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null
                ? proxy.getTargetDataSource()
                : dataSource;
    }
}

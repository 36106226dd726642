package dev.lanekeeper.jobs;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.JobDetails;
import org.jobrunr.jobs.JobVersioner;
import org.jobrunr.jobs.RecurringJob;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.scheduling.interval.Interval;
import org.jobrunr.storage.BackgroundJobServerStatus;
import org.jobrunr.storage.ConcurrentJobModificationException;
import org.jobrunr.storage.JobRunrMetadata;
import org.jobrunr.storage.ServerTimedOutException;
import org.jobrunr.storage.StorageException;
import org.jobrunr.storage.StorageProviderUtils.DatabaseOptions;
import org.jobrunr.storage.sql.common.JobTable;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JobRunr's tables. Other than JobRunr's own provider, this one lets jobs that end within a moment share a commit, announces a server
 * whose row was removed again instead of stopping all its jobs, and deletes ended jobs at once when their time is over (JobRunr would
 * first rewrite each of them as deleted).
 */
final class RunJobStore extends PostgresStorageProvider {

    private static final Logger LOG = LoggerFactory.getLogger(RunJobStore.class);

    /** FAILED is none of a run's states ({@link DeleteFailedRun}), but a row that another release left there must go too. */
    private static final List<StateName> ENDED = List.of(StateName.SUCCEEDED, StateName.DELETED, StateName.FAILED);

    private final EndedJobs<Job> ended = new EndedJobs<>(this::saveTogether);
    private final Map<String, JobRunrMetadata> clusterMarks = new ConcurrentHashMap<>();
    private volatile @Nullable Repeated repeated;
    private volatile long heardAt = System.nanoTime();

    RunJobStore(DataSource dataSource, String tablePrefix, JobMapper mapper) {
        super(dataSource, tablePrefix, DatabaseOptions.NO_VALIDATE);
        setJobMapper(mapper);
    }

    /** On the caller's connection and in its transaction, which this does not commit. */
    int insert(Connection connection, List<Job> newJobs) throws SQLException {
        return jobTable(connection).save(newJobs).size();
    }

    /** How long ago JobRunr last tried to write its heartbeat, whether or not the database answered. */
    Duration silence() {
        return Duration.ofNanos(System.nanoTime() - heardAt);
    }

    /** How many ended jobs wait for the next common commit. */
    int waitingToBeSaved() {
        return ended.waiting();
    }

    /** Writes the ended jobs that wait, on the calling thread. */
    void flush() {
        ended.flush();
    }

    /** Takes ended jobs again after {@link #close}. */
    void open() {
        ended.open();
    }

    @Override
    public void close() {
        ended.close();
        super.close();
    }

    @Override
    public Job save(Job job) {
        var hasEnded = job.getVersion() > 0 && job.getState() == StateName.SUCCEEDED;
        return hasEnded && ended.add(job) ? job : super.save(job);
    }

    @Override
    public void announceBackgroundJobServer(BackgroundJobServerStatus status) {
        heardAt = System.nanoTime();
        super.announceBackgroundJobServer(status);
    }

    /** JobRunr would stop the server and interrupt what it works on when the row is gone. */
    @Override
    public boolean signalBackgroundJobServerAlive(BackgroundJobServerStatus status) {
        heardAt = System.nanoTime();
        try {
            return super.signalBackgroundJobServerAlive(status);
        } catch (ServerTimedOutException rowIsGone) {
            LOG.atInfo()
                    .addKeyValue("node", status.getName())
                    .log("JobRunr's row of this node was removed, it is written again");
            super.announceBackgroundJobServer(status);
            clusterMarks.values().forEach(super::saveMetadata);
            repeat(repeated);
            return true;
        }
    }

    /** Makes this the one thing that is repeated; nothing is written when it is already. */
    void repeat(@Nullable Repeated what) {
        repeated = what;
        var known = getRecurringJobs().stream()
                .filter(job -> job.getId().equals(Repeated.ID))
                .findFirst();
        if (what == null) {
            known.ifPresent(job -> deleteRecurringJob(job.getId()));
            return;
        }
        var wanted = recurring(what);
        if (known.isEmpty() || !known.get().getScheduleExpression().equals(wanted.getScheduleExpression())) {
            saveUnlessSaved(wanted);
        }
    }

    private void saveUnlessSaved(RecurringJob job) {
        try {
            saveRecurringJob(job);
        } catch (StorageException e) {
            // Nodes that start together may both have found none; what one of them has saved is the same.
            if (getRecurringJobs().stream().noneMatch(saved -> saved.getId().equals(job.getId()))) {
                throw e;
            }
        }
    }

    private static RecurringJob recurring(Repeated what) {
        var job = new RecurringJob(
                Repeated.ID,
                new JobDetails(new LatencyReport()),
                new Interval(what.interval()),
                ZoneOffset.UTC,
                RecurringJob.CreatedBy.API);
        job.setJobName("latency report");
        job.setAmountOfRetries(0);
        return job;
    }

    @Override
    public @Nullable JobRunrMetadata getMetadata(String name, String owner) {
        var found = super.getMetadata(name, owner);
        if (found != null) {
            remember(found);
        }
        return found;
    }

    @Override
    public void saveMetadata(JobRunrMetadata metadata) {
        super.saveMetadata(metadata);
        remember(metadata);
    }

    @Override
    public int deleteJobsPermanently(StateName state, Instant updatedBefore) {
        if (state != StateName.DELETED) {
            return super.deleteJobsPermanently(state, updatedBefore);
        }
        return ENDED.stream()
                .mapToInt(ended -> super.deleteJobsPermanently(ended, updatedBefore))
                .sum();
    }

    /** JobRunr would look each of these up by reflection, which costs more than writing the job's JSON. */
    @Override
    protected JobTable jobTable(Connection connection) {
        var table = super.jobTable(connection);
        table.with("id", Job::getId)
                .with("state", Job::getState)
                .with("createdAt", Job::getCreatedAt)
                .with("updatedAt", Job::getUpdatedAt)
                .with("previousVersion", job -> job.getVersion() - 1);
        return table;
    }

    /** Only the marks of the whole cluster: a server that starts while JobRunr's version is missing works on nothing. */
    private void remember(JobRunrMetadata metadata) {
        if (metadata.getOwner().equals("cluster")) {
            clusterMarks.put(metadata.getName(), metadata);
        }
    }

    /** Those whose rows were changed by somebody else are left as these have them; all others are saved. */
    private void saveTogether(List<Job> jobs) {
        var versions = jobs.stream().map(JobVersioner::new).toList();
        versions.forEach(JobVersioner::close);
        try {
            super.save(jobs);
        } catch (ConcurrentJobModificationException e) {
            LOG.debug("JobRunr's rows of ended runs were changed or deleted: {}", e.getMessage());
        } catch (RuntimeException e) {
            // A commit that fails leaves the new versions in the jobs, and the next attempt would look for rows that
            // never were.
            versions.forEach(JobVersioner::close);
            throw e;
        }
    }
}

package dev.lanekeeper.jobs;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.JobDetails;
import org.jobrunr.jobs.JobParameter;
import org.jobrunr.jobs.states.EnqueuedState;
import org.jobrunr.jobs.states.JobState;
import org.jobrunr.jobs.states.ProcessingState;

/**
 * The JobRunr jobs of runs: a job for each run, with the run's id, that this server works on from the first moment. So JobRunr writes
 * its row twice only, when it is inserted and when the run has ended.
 */
final class RunJobs {

    private static final int NOT_SAVED = 0;
    private static final int SAVED_ONCE = 1;
    private static final int LONGEST_LABEL = 45;

    private final UUID serverId;
    private final String serverName;
    private final List<String> labels;

    RunJobs(UUID serverId, String serverName) {
        this.serverId = serverId;
        this.serverName = serverName;
        this.labels = List.of(serverName.substring(0, Math.min(serverName.length(), LONGEST_LABEL)));
    }

    /** To be inserted. */
    List<Job> created(Collection<UUID> runIds) {
        return runIds.stream().map(runId -> job(runId, NOT_SAVED)).toList();
    }

    /** To be performed, after it was inserted. */
    Job saved(UUID runId) {
        return job(runId, SAVED_ONCE);
    }

    private Job job(UUID runId, int version) {
        // The machine's clock, not the database's: JobRunr compares these times with its own.
        var now = Instant.now();
        // JobRunr lets no job succeed that was never in the queue.
        var states = List.<JobState>of(new EnqueuedState(now), new ProcessingState(serverId, serverName, now));
        var job = new Job(runId, version, details(runId), states, new ConcurrentHashMap<>());
        job.setJobName("lane run");
        job.setLabels(labels);
        job.setAmountOfRetries(0);
        return job;
    }

    /** What {@code new JobDetails(new LaneRun(runId))} gives, without its search for the handler's method. */
    private static JobDetails details(UUID runId) {
        var details = new JobDetails(
                LaneRun.Handler.class.getName(), null, "run", List.of(new JobParameter(new LaneRun(runId))));
        details.setCacheable(true);
        return details;
    }
}

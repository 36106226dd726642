package dev.lanekeeper.jobs;

import org.jobrunr.jobs.Job;
import org.jobrunr.jobs.filters.ElectStateFilter;
import org.jobrunr.jobs.states.FailedState;
import org.jobrunr.jobs.states.JobState;

/**
 * A run is never repeated: what it left undone waits in its lane and is taken by another run. So a run that failed, or that JobRunr
 * calls an orphan because its node died, becomes DELETED; as FAILED it would stay in JobRunr's table for ever. Takes the place of
 * JobRunr's own retries.
 */
final class DeleteFailedRun implements ElectStateFilter {

    @Override
    public void onStateElection(Job job, JobState newState) {
        if (newState instanceof FailedState failed) {
            job.delete("Not repeated: " + failed.getMessage());
        }
    }
}

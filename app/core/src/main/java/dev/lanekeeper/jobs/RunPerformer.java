package dev.lanekeeper.jobs;

import org.jobrunr.jobs.Job;
import org.jobrunr.server.BackgroundJobPerformer;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.storage.ConcurrentJobModificationException;
import org.jobrunr.storage.StorageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Performs a run that was handed over. That its row is gone or cannot be written at the end changes nothing about the run. */
final class RunPerformer extends BackgroundJobPerformer {

    private static final Logger LOG = LoggerFactory.getLogger(RunPerformer.class);

    RunPerformer(BackgroundJobServer server, Job job) {
        super(server, job);
    }

    @Override
    protected void saveAndRunStateRelatedJobFilters(Job job) {
        try {
            super.saveAndRunStateRelatedJobFilters(job);
        } catch (ConcurrentJobModificationException e) {
            LOG.atDebug().addKeyValue("run", job.getId()).log("Somebody changed JobRunr's row of a run meanwhile");
        } catch (StorageException e) {
            LOG.atWarn()
                    .addKeyValue("run", job.getId())
                    .log(
                            "The end of a run could not be written to JobRunr's table, which will call it an orphan: {}",
                            e.getMessage());
        }
    }
}

package dev.lanekeeper.jobs;

import java.util.UUID;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;

/** What a person may do to JobRunr's rows on its dashboard, done as the dashboard does it. */
record StoreAccess(RunJobStore store) {

    static StoreAccess of(JobRunrDatabase database) {
        return new StoreAccess(new RunJobStore(
                database.dataSource, JobRunrDatabase.SCHEMA + ".", new JobMapper(new Jackson3JsonMapper())));
    }

    void requeue(UUID run) {
        var job = store.getJobById(run);
        job.enqueue();
        store.save(job);
    }

    void delete(UUID run) {
        var job = store.getJobById(run);
        job.delete("planted");
        store.save(job);
    }
}

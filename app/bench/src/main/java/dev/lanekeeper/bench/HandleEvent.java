package dev.lanekeeper.bench;

import org.jobrunr.jobs.lambdas.JobRequest;
import org.jspecify.annotations.Nullable;

/** The job of one event, as JobRunr keeps it. */
public record HandleEvent(@Nullable String resource, String payload) implements JobRequest {

    @Override
    public Class<ByHandHandler> getJobRequestHandler() {
        return ByHandHandler.class;
    }

    /** JobRunr names a job after its request. */
    @Override
    public String toString() {
        return "event";
    }
}

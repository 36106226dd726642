package dev.lanekeeper.jobs;

import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;

/**
 * What JobRunr keeps of the recurring report. Public only because JobRunr reads it from its rows by reflection: its name and its
 * package must stay, as those of {@link LaneRun}.
 */
public record LatencyReport() implements JobRequest {

    @Override
    public Class<Handler> getJobRequestHandler() {
        return Handler.class;
    }

    /** Carries JobRunr's call to the body of {@link Repeated}; the name stays for the same reason. */
    public static final class Handler implements JobRequestHandler<LatencyReport> {

        private final Runnable body;

        Handler(Runnable body) {
            this.body = body;
        }

        @Override
        public void run(LatencyReport report) {
            body.run();
        }
    }
}

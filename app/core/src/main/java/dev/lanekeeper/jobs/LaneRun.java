package dev.lanekeeper.jobs;

import java.util.UUID;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;

/**
 * What JobRunr keeps of a run. Public only because JobRunr reads it from its rows by reflection: its name, its package and its one
 * field must stay, or the rows that an earlier release has written cannot be read.
 */
public record LaneRun(UUID runId) implements JobRequest {

    @Override
    public Class<Handler> getJobRequestHandler() {
        return Handler.class;
    }

    /** Carries JobRunr's call to the {@link RunBody}; the name stays for the same reason. */
    public static final class Handler implements JobRequestHandler<LaneRun> {

        private final RunBody body;

        Handler(RunBody body) {
            this.body = body;
        }

        @Override
        public void run(LaneRun run) {
            try {
                body.run(run.runId());
            } finally {
                // JobRunr takes a left-over interrupt for a failed job; whom it was meant for has ended.
                Thread.interrupted();
            }
        }
    }
}

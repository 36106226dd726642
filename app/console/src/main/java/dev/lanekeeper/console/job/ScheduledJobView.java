package dev.lanekeeper.console.job;

import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Times;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A scheduled job as it is shown.
 *
 * @param address of its own page, below the console's
 * @param overdue whether its time has come a while ago, so that nobody seems to make items of jobs
 * @param marks that it is unique, or urgent, in words; {@code null} for neither
 */
public record ScheduledJobView(
        long id,
        String address,
        String handler,
        @Nullable String resource,
        @Nullable String label,
        @Nullable Moment due,
        boolean overdue,
        @Nullable Moment enqueued,
        boolean unique,
        int priority,
        @Nullable String marks) {

    private static final Duration LATE = Duration.ofSeconds(10);

    static ScheduledJobView of(ScheduledJobSearch.Job job, Times times) {
        return new ScheduledJobView(
                job.jobId(),
                "/scheduled/" + job.jobId(),
                job.handler(),
                job.resource(),
                job.label(),
                times.moment(job.dueAt()),
                job.dueAt().plus(LATE).isBefore(times.now()),
                times.moment(job.enqueuedAt()),
                job.holdsLock(),
                job.priority(),
                marks(job.holdsLock(), job.priority()));
    }

    static @Nullable String marks(boolean unique, int priority) {
        if (priority == 0) {
            return unique ? "unique" : null;
        }
        return (unique ? "unique, " : "") + "priority " + priority;
    }
}

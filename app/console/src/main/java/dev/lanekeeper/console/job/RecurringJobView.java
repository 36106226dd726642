package dev.lanekeeper.console.job;

import dev.lanekeeper.console.page.Moment;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Times;
import org.jspecify.annotations.Nullable;

/**
 * A job that recurs as it is shown.
 *
 * @param address of its own page, below the console's
 * @param name under which it was enqueued, or that of the handler which declares it
 * @param label {@code null} where it says no more than the name
 * @param next {@code null} for one that is paused
 * @param pausedSince {@code null} for one that is not
 * @param marks that its jobs are unique, or urgent, in words; {@code null} for neither
 * @param leftOut in words; {@code null} for never
 */
public record RecurringJobView(
        String address,
        String name,
        String handler,
        boolean declared,
        String cron,
        String zone,
        @Nullable Moment next,
        @Nullable Moment pausedSince,
        @Nullable String resource,
        @Nullable String label,
        int priority,
        boolean unique,
        @Nullable String marks,
        @Nullable Long lastItem,
        @Nullable String leftOut) {

    static RecurringJobView of(RecurringJobSearch.RecurringJob job, Times times) {
        return new RecurringJobView(
                "/scheduled/recurring/" + job.recurringId(),
                name(job),
                job.handler(),
                job.isDeclared(),
                job.cron(),
                job.zone(),
                job.pausedAt() == null ? times.moment(job.nextAt()) : null,
                times.moment(job.pausedAt()),
                job.resource(),
                job.name().equals(job.label()) ? null : job.label(),
                job.priority(),
                job.isUnique(),
                ScheduledJobView.marks(job.isUnique(), job.priority()),
                job.lastItemId(),
                times(job.leftOut()));
    }

    static String name(RecurringJobSearch.RecurringJob job) {
        return job.isDeclared() ? job.handler() : job.name();
    }

    private static @Nullable String times(long number) {
        if (number == 0) {
            return null;
        }
        return number == 1 ? "once" : Numbers.count(number) + " times";
    }
}

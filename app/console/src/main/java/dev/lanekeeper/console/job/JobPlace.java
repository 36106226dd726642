package dev.lanekeeper.console.job;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** A place in the list of jobs that are scheduled, or that recur, as an address carries it. */
public record JobPlace(Instant dueAt, long jobId) {

    public static JobPlace of(ScheduledJobSearch.Job job) {
        return new JobPlace(job.dueAt(), job.jobId());
    }

    public static JobPlace of(RecurringJobSearch.RecurringJob job) {
        return new JobPlace(job.nextAt(), job.recurringId());
    }

    public String text() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, dueAt) + "." + jobId;
    }

    /** Empty for what is none. */
    public static Optional<JobPlace> parse(String text) {
        var dot = text.indexOf('.');
        try {
            var micros = Long.parseLong(text.substring(0, Math.max(0, dot)));
            var jobId = Long.parseLong(text.substring(dot + 1));
            return Optional.of(new JobPlace(Instant.EPOCH.plus(micros, ChronoUnit.MICROS), jobId));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}

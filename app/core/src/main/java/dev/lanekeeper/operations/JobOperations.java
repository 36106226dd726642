package dev.lanekeeper.operations;

import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.JobChangeStore;
import dev.lanekeeper.work.ScheduledJobStore;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a person may do to a job whose time has not come.
 *
 * <p>Called from any thread, in no transaction.
 */
public final class JobOperations {

    private final Journal journal;
    private final ScheduledJobStore jobs;
    private final JobChangeStore changes;
    private final Clock clock;
    private final Consumer<Instant> timer;

    /** @param timer is told when a job is due now */
    public JobOperations(Database database, Clock clock, Consumer<Instant> timer) {
        this.journal = new Journal(database);
        this.jobs = new ScheduledJobStore(database);
        this.changes = new JobChangeStore(database, clock);
        this.clock = clock;
        this.timer = timer;
    }

    /** Sees to it that a job is never done. */
    public JobAnswer cancel(long jobId, Operator by) {
        return journal.write(
                by,
                "cancel",
                target(jobId),
                () -> changes.discard(jobId, by.inOneLine()) ? JobAnswer.CANCELLED : missing(jobId));
    }

    /** A time that has passed means now. */
    public JobAnswer reschedule(long jobId, Instant dueAt, Operator by) {
        return postpone("reschedule", jobId, dueAt, JobAnswer.RESCHEDULED, by);
    }

    public JobAnswer runNow(long jobId, Operator by) {
        return postpone("run-now", jobId, clock.instant(), JobAnswer.DUE, by);
    }

    private JobAnswer postpone(String verb, long jobId, Instant dueAt, JobAnswer done, Operator by) {
        var answer = journal.write(
                by, verb, target(jobId), () -> jobs.postpone(jobId, dueAt, clock.instant()) ? done : missing(jobId));
        timer.accept(dueAt);
        return answer;
    }

    private JobAnswer missing(long jobId) {
        return jobs.itemOf(jobId).isPresent() ? JobAnswer.ALREADY_STORED : JobAnswer.NOT_FOUND;
    }

    /** The item that a scheduled job has become; empty while it is scheduled. */
    public Optional<Long> itemOf(long jobId) {
        return jobs.itemOf(jobId);
    }

    /** The scheduled job that was submitted as an entry; empty until the entry has moved, and once the job is an item. */
    public Optional<Long> jobOfEntry(long entryId) {
        return jobs.jobOfEntry(entryId);
    }

    /** The item that a job has become, which was submitted as an entry: the last one, if it was stored anew. */
    public Optional<Long> itemOfEntry(long entryId) {
        return jobs.itemOfEntry(entryId);
    }

    private static String target(long jobId) {
        return "job:" + jobId;
    }
}

package dev.lanekeeper.api.job;

import java.time.Instant;

/** What became of a job that was enqueued. */
public sealed interface Enqueued {

    /** It is stored, and runs when its turn comes. */
    record Accepted(long itemId) implements Enqueued {}

    /**
     * It is stored, and becomes an item when it is due.
     *
     * @param jobId by which it can be cancelled, rescheduled or run now; no item has the same id
     */
    record Scheduled(long jobId, Instant dueAt) implements Enqueued {}

    /**
     * It recurs: a job is stored each time, until somebody ends that.
     *
     * @param recurringId by which it can be paused, run now or ended; it stays when the job is enqueued under the same name again
     * @param nextAt when it is due next; as if it were not paused, if a person has paused it
     */
    record Recurring(long recurringId, String name, Instant nextAt) implements Enqueued {}

    /** It was not stored, since another has its lock: the item, or the scheduled job, {@code duplicateOf}. */
    record Duplicate(long duplicateOf) implements Enqueued {}

    /** It is kept as an item that was rejected, since another has its lock. */
    record Rejected(long itemId, long duplicateOf) implements Enqueued {}

    /**
     * It has taken the place of another that had its lock, and that was discarded.
     *
     * @param id of its item, or of the scheduled job if it is to run later
     */
    record Replaced(long id, long replaced) implements Enqueued {}

    /** Another that waits, {@code updated}, has its lock and has taken its payload; it is kept as an item that was discarded. */
    record Updated(long updated) implements Enqueued {}

    /**
     * It is stored and comes later, since {@code behind} has its lock.
     *
     * @param jobId by which it can be cancelled, rescheduled or run now
     */
    record PutOff(long jobId, Instant dueAt, long behind) implements Enqueued {}

    /** A {@link BeforeEnqueue} hook has stopped it, and said why; nothing was written. */
    record Stopped(String reason) implements Enqueued {}

    /**
     * It is part of the caller's transaction, and is stored or scheduled, or recurs, after its commit; if another has its lock then, it
     * is discarded.
     *
     * @param entryId that of the row in the outbox, which the scheduled job and the item keep, and by which they are found; a job that
     *     recurs is found by its name
     */
    record Submitted(long entryId) implements Enqueued {}
}

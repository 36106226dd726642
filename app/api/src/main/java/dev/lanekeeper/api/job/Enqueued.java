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
     * It is part of the caller's transaction, and is stored or scheduled after its commit.
     *
     * @param entryId that of the row in the outbox, which the item keeps
     */
    record Submitted(long entryId) implements Enqueued {}
}

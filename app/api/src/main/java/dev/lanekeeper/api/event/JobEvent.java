package dev.lanekeeper.api.event;

import java.time.Instant;

/**
 * What became of items - jobs, records, entries - of {@link dev.lanekeeper.api.job.Unique} handlers that claimed a lock; published on
 * the thread that stored them, after the commit, unless said otherwise.
 */
public sealed interface JobEvent extends LanekeeperEvent {

    String handlerId();

    /** By what both are the same. */
    String uniqueKey();

    /** A job has its lock: the item {@code id}, or the scheduled job. */
    record Locked(String handlerId, String uniqueKey, long id) implements JobEvent {}

    /** A job lost to another, the item or scheduled job {@code duplicateOf}, and will not be done. */
    record Duplicate(String handlerId, String uniqueKey, long duplicateOf) implements JobEvent {}

    /** A job was kept as a rejected item, since another has its lock. */
    record Rejected(String handlerId, String uniqueKey, long itemId, long duplicateOf) implements JobEvent {}

    /** A job has taken the place of another, {@code replaced}, which was discarded. */
    record Replaced(String handlerId, String uniqueKey, long id, long replaced) implements JobEvent {}

    /** A job that waits, {@code updated}, has taken the payload of another, which will not be done. */
    record Updated(String handlerId, String uniqueKey, long updated) implements JobEvent {}

    /** A job comes later, as the scheduled job {@code jobId}, since {@code behind} has its lock. */
    record PutOff(String handlerId, String uniqueKey, long jobId, Instant dueAt, long behind) implements JobEvent {}

    /**
     * The lock of the item {@code id} is free: its handler is about to be called, or it has ended, as its lock says. Published on the
     * worker's thread; not when a person has discarded the job or taken the lock away, nor when it has expired.
     */
    record Unlocked(String handlerId, String uniqueKey, long id) implements JobEvent {}

    /** A job was put off as often as it may be and lost to {@code duplicateOf}; it will not be done. */
    record GaveUp(String handlerId, String uniqueKey, long duplicateOf) implements JobEvent {}
}

package dev.lanekeeper.api.event;

/**
 * What became of jobs of {@link dev.lanekeeper.api.job.Unique} handlers that met another with the same key; published on the thread
 * that stored them, after the commit.
 */
public sealed interface JobEvent extends LanekeeperEvent {

    String handlerId();

    /** By what both are the same. */
    String uniqueKey();

    /** A job lost to another, the item or scheduled job {@code duplicateOf}, and will not be done. */
    record Duplicate(String handlerId, String uniqueKey, long duplicateOf) implements JobEvent {}

    /** A job was kept as a rejected item, since another has its lock. */
    record Rejected(String handlerId, String uniqueKey, long itemId, long duplicateOf) implements JobEvent {}

    /** A job has taken the place of another, {@code replaced}, which was discarded. */
    record Replaced(String handlerId, String uniqueKey, long id, long replaced) implements JobEvent {}
}

package dev.lanekeeper.work;

/** What became of a job. */
public sealed interface StoredJob {

    /** @param scheduled whether it is no item yet */
    record Stored(long id, boolean scheduled) implements StoredJob {}

    /** Another holds its lock: the item, or scheduled job, {@code of}. */
    record Duplicate(long of) implements StoredJob {}

    /** It was kept as a rejected item, since another holds its lock. */
    record Rejected(long id, long of) implements StoredJob {}

    /** It has taken the place of another, which was discarded. */
    record Replaced(long id, boolean scheduled, long replaced) implements StoredJob {}
}

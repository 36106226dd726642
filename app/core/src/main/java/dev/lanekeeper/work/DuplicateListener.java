package dev.lanekeeper.work;

/** Is told when a job has met another with the same key; implemented by the monitor room. */
@FunctionalInterface
public interface DuplicateListener {

    /** After the commit, on the thread that stored it. */
    void met(UniqueClaim claim, StoredJob result);
}

package dev.lanekeeper.operations;

/** What came of a wish about a lock. */
public enum LockAnswer {
    /** Whoever had it has it no more. */
    RELEASED,

    /** Nobody has it. */
    NOT_FOUND
}

package dev.lanekeeper.operations;

/** What became of a person's wish for one scheduled job. */
public enum JobAnswer {
    /** Cancel: it will not be done; it is kept as a discarded item. */
    CANCELLED,
    /** Reschedule: it is due at the new time. */
    RESCHEDULED,
    /** Run now: it becomes an item at once, at the end of its lane. */
    DUE,

    /** Nothing was changed: there is no such job, or it was cancelled or done, and purged since. */
    NOT_FOUND,
    /** Nothing was changed: its time had come, or somebody has cancelled it; it is an item by now. */
    ALREADY_STORED
}

package dev.lanekeeper.operations;

/** What became of a person's wish for one job that recurs. */
public enum RecurringAnswer {
    /** Pause: no job of it is stored until somebody resumes it; of a job that is stored already nothing changes. */
    PAUSED,
    /** Resume: it is next due at its next time. */
    RESUMED,
    /** Run now: a job of it is stored at once, as if its time had come; after that it is due at its times. */
    DUE,
    /** End: it recurs no more; of a job that is stored already nothing changes. */
    ENDED,

    /** Nothing was changed: there is none with this id, or it was ended. */
    NOT_FOUND,
    /** Pause, run now: nothing was changed, since it is paused. */
    IS_PAUSED,
    /** Resume: nothing was changed, since it is not paused. */
    IS_NOT_PAUSED,
    /** Run now: nothing was changed, since the job of the time before waits or runs. */
    UNFINISHED,
    /** End: nothing was changed, since a handler of some node says that it recurs; it can be paused. */
    DECLARED
}

package dev.lanekeeper.operations;

/** What became of a person's wish for one handler. */
public enum HandlerAnswer {
    PAUSED,
    RESUMED,

    /** Nothing was changed: no node has ever had a handler of this name. */
    NOT_FOUND,
    /** Nothing was changed: its events come from the outbox, which moves them for all handlers at once. */
    NO_INTAKE,
    /** Nothing was changed. */
    ALREADY_PAUSED,
    /** Nothing was changed. */
    NOT_PAUSED
}

package dev.lanekeeper.operations;

/** What became of a person's wish for one lane. */
public enum LaneAnswer {
    /** Park: no run takes it until it is unparked; new items queue. */
    PARKED,
    /** Park: a run works on it and stops after the item that it handles now. */
    REQUESTED,
    /** Unpark: it goes on where it stopped. */
    UNPARKED,

    /** Nothing was changed: no such lane has anything waiting. */
    NOT_FOUND,
    /** Nothing was changed. */
    ALREADY_PARKED,
    /** Nothing was changed. */
    NOT_PARKED
}

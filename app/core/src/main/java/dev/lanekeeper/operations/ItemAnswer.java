package dev.lanekeeper.operations;

/** What became of a person's wish for one item. */
public enum ItemAnswer {
    /** Retry: it is due now and runs next in its lane. */
    DUE,
    /** Retry: it waits in its old place again, in a lane that is parked for another reason. */
    DUE_BEHIND_PARKING,
    /** Retry: it is due now and runs next in its lane, without the lock of its unique key, which others have by now. */
    DUE_WITHOUT_LOCK,
    /** Retry of an item that ended well: a new item that names it has been stored at the end of its lane. */
    STORED_ANEW,
    /** Discard: it will not be handled. */
    DISCARDED,
    /** Discard: its lane is being worked on; it is discarded as soon as the lane is given back, unless it started before. */
    REQUESTED,

    /** Nothing was changed: there is no such item, or it has been purged. */
    NOT_FOUND,
    /** Nothing was changed: its payload was removed when its time was over, so it cannot be handled again. */
    PAYLOAD_REMOVED,
    /** Nothing was changed: it waits for nothing but its turn; of a failure: somebody else has retried it. */
    ALREADY_DUE,
    /** Nothing was changed: a run works on its lane right now; ask again when it has been given back. */
    LANE_ACTIVE,
    /** Nothing was changed: its lane is parked; unpark it first. */
    LANE_PARKED,
    /** Nothing was changed: the item that repeats it is still waiting. */
    ALREADY_STORED_ANEW,
    /** Nothing was changed: it was put off and comes again by itself, as a scheduled job; that one can be run now. */
    PUT_OFF,
    /** Nothing was changed: somebody has discarded it before. */
    ALREADY_DISCARDED,
    /** Nothing was changed: somebody has asked for it before, and the run has not answered yet. */
    ALREADY_REQUESTED,
    /** Nothing was changed: it ended well, there is nothing to discard, and no failure any more to retry. */
    ALREADY_FINISHED,
    /** Nothing was changed: its handler has started, and such an item is never discarded. */
    RUNNING
}

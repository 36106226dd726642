package dev.lanekeeper.console.item;

/** In which order items are listed; always the newest first, and of equal times the one that was stored last. */
public enum ItemOrder {
    STORED,

    /** By the time that the handler gave the event; those without any come last. For items that are done or have failed. */
    EVENT_TIME,

    /** By the time at which it failed or was rejected. For failures only. */
    FINISHED
}

package dev.lanekeeper.work;

/** What is done to many failures at once. */
public enum BulkVerb {
    RETRY,
    DISCARD
}

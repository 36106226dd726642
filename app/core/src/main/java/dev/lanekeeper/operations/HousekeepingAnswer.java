package dev.lanekeeper.operations;

/** What became of a person's wish to have old rows deleted now. */
public enum HousekeepingAnswer {
    BEGUN,

    /** Nothing was begun: some node is at it. */
    UNDER_WAY,
    /** Nothing was begun: Lanekeeper does not run in this process. */
    NOT_HERE
}

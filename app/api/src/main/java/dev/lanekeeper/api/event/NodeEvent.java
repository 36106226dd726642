package dev.lanekeeper.api.event;

/** This node starts, lives and stops; published on the thread that starts or stops the application, or has the heartbeat. */
public sealed interface NodeEvent extends LanekeeperEvent {

    /** Workers and intakes are at work. */
    record Started(long nodeId) implements NodeEvent {}

    /** It is alive in the eyes of the others; every two seconds, on the heartbeat's thread. */
    record Heartbeat(long nodeId) implements NodeEvent {}

    /**
     * Something other than a handler has failed and is tried again; once until it has succeeded, on the thread that has the trouble.
     *
     * @param what in a few words
     */
    record Troubled(long nodeId, String what, Throwable cause) implements NodeEvent {}

    /** It was told to stop: readiness has fallen, intakes and workers are still at work. */
    record Stopping(long nodeId) implements NodeEvent {}

    /**
     * Workers and intakes have stopped.
     *
     * @param clean false when a handler or a consumer had not ended in time
     */
    record Stopped(boolean clean) implements NodeEvent {}
}

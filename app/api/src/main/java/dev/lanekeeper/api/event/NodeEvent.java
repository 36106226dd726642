package dev.lanekeeper.api.event;

/** This node starts and stops; published on the thread that starts or stops the application. */
public sealed interface NodeEvent extends LanekeeperEvent {

    /** Workers and intakes are at work. */
    record Started(long nodeId) implements NodeEvent {}

    /**
     * Workers and intakes have stopped.
     *
     * @param clean false when a handler or a consumer had not ended in time
     */
    record Stopped(boolean clean) implements NodeEvent {}
}

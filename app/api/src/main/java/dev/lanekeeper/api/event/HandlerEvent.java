package dev.lanekeeper.api.event;

/** A handler starts and stops on this node; published on the thread that starts or stops the application. */
public sealed interface HandlerEvent extends LanekeeperEvent {

    String handlerId();

    /** After its own start hook, before its first event. */
    record Started(String handlerId) implements HandlerEvent {}

    /** After its last event and its own stop hook. */
    record Stopped(String handlerId) implements HandlerEvent {}
}

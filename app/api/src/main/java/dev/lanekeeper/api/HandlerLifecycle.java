package dev.lanekeeper.api;

/**
 * Told when a handler starts and stops in this process; implemented by the handler's bean or given in code.
 *
 * <p>Called once each, on the thread that starts or stops the application; what it throws is logged and changes nothing.
 */
public interface HandlerLifecycle {

    /** Before the first event. */
    default void onStart(String handlerId) throws Exception {}

    /** After the last event. */
    default void onStop(String handlerId) throws Exception {}
}

package dev.lanekeeper.api;

/**
 * Decides whether an event whose attempt failed is tried again; replaces the handler's {@code maxRetries}.
 *
 * <p>Called on the worker's thread after the attempt, outside any transaction. If it throws, the handler's
 * {@code maxRetries} decides.
 */
@FunctionalInterface
public interface RetryDecision {

    /**
     * @param event the event
     * @param attempt the number of attempts made so far, from 1
     * @param exception what the handler threw
     */
    boolean retry(RawEvent event, int attempt, Throwable exception);
}

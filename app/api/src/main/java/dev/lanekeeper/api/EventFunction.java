package dev.lanekeeper.api;

import org.jspecify.annotations.Nullable;

/**
 * Handles the events of a handler that is registered in code; called on a worker's thread, once per attempt.
 *
 * @param <T> what the payload is read as
 */
@FunctionalInterface
public interface EventFunction<T> {

    /**
     * Handles one event; an exception follows the handler's retry policy.
     *
     * @param payload {@code null} only for a tombstone, and only if the registration accepts tombstones
     */
    Outcome handle(@Nullable T payload, EventContext event) throws Exception;
}

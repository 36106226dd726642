package dev.lanekeeper.handler;

import dev.lanekeeper.handler.HandlerDefinition.OutboxSource;
import java.util.Map;

/**
 * A handler of Lanekeeper's own, which the application's properties may tune like any other.
 *
 * @param always whether it is there without a handler of the application that takes outbox entries
 * @param options by the names of the annotation; what counts when no property says otherwise
 */
public record BuiltInHandler(
        String id, OutboxSource source, boolean always, Map<String, String> options, HandlerCall call) {}

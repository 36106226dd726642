package dev.lanekeeper.api;

import org.jspecify.annotations.Nullable;

/**
 * Says which resource an event belongs to; events of one resource run one at a time and in order.
 *
 * <p>Called on the intake thread for each record before it is stored, so it must be quick and must not block. An
 * exception does not stop the intake: the event is stored and becomes a failure that shows it.
 */
@FunctionalInterface
public interface ResourceResolver {

    /** The resource's key; {@code null} or empty means that the event needs no lock and no order. */
    @Nullable
    String resourceOf(RawEvent event) throws Exception;
}

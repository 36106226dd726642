package dev.lanekeeper.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a handler may know of the event beside its payload, and of this attempt to handle it.
 *
 * <p>Valid during the call only, on the thread of the call.
 */
public interface EventContext {

    /** The id of the handler that is called. */
    String handlerId();

    /** The item's id: the same in every attempt, after every crash; use it as the key of outside effects. */
    long itemId();

    /** 1 in the first attempt, one more in each that follows; survives restarts. */
    int attempt();

    /**
     * A number that is higher than that of every earlier owner of this event's lane. An outside system that remembers the
     * highest token that it has seen can refuse a process that was frozen and has been replaced.
     */
    long fencingToken();

    /** The resource whose lane this is; {@code null} when the event has none. */
    @Nullable
    String resource();

    /** The event as it came. */
    RawEvent event();

    /** The instant at which this attempt started. */
    Instant startedAt();

    /**
     * How many later items of the same lane were done before this one; above 0 only after a retry by hand. The next thousand are
     * looked at, so there may be more when it is 1000.
     */
    long overtakenBy();
}

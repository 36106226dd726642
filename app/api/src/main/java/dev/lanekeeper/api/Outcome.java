package dev.lanekeeper.api;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a handler says of an event that it was given.
 *
 * <p>Returned by a handler method on a worker's thread; a method that returns {@code void} acknowledges. An exception
 * is not an outcome: it follows the handler's retry policy.
 */
public sealed interface Outcome permits Outcome.Ack, Outcome.Skip, Outcome.Reject {

    /** The event was handled; the fields are kept and can be searched for in the console. */
    record Ack(
            @Nullable String entityId,
            @Nullable Instant eventTime,
            @Nullable String eventType,
            @Nullable String eventVersion)
            implements Outcome {}

    /** The event is none of this handler's business: nothing is kept but a count. */
    record Skip() implements Outcome {}

    /** The event is refused: kept with the reason beside the failures, and never retried by itself. */
    record Reject(String reason) implements Outcome {}

    /** Acknowledges without saying what the event was about. */
    static Outcome ack() {
        return new Ack(null, null, null, null);
    }

    static Outcome ack(@Nullable Object entityId) {
        return ack(entityId, null, null, null);
    }

    static Outcome ack(
            @Nullable Object entityId,
            @Nullable Instant eventTime,
            @Nullable String eventType,
            @Nullable String eventVersion) {
        return new Ack(entityId == null ? null : entityId.toString(), eventTime, eventType, eventVersion);
    }

    static Outcome skip() {
        return new Skip();
    }

    static Outcome reject(String reason) {
        return new Reject(reason);
    }
}

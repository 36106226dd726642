package dev.lanekeeper.api.outbox;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An outbox entry as its handlers see it; a parameter of this type may stand in any {@link OutboxEventHandler} method.
 *
 * @param id the entry's id, the same for all its handlers
 * @param createdAt when it was written, by the database's clock
 * @param arguments as they were written: text, numbers, booleans, {@code null}, lists and maps
 * @param changes by attribute; empty when the entry is about no change
 * @param topic the Kafka topic that it is produced to; {@code null} for none
 */
public record OutboxEntry(
        long id,
        String context,
        String event,
        @Nullable String causalityKey,
        Instant createdAt,
        Map<String, @Nullable Object> arguments,
        @Nullable String resourceClass,
        @Nullable String resourceId,
        Map<String, Values> changes,
        @Nullable String topic) {

    /** What an attribute was before a change and is after it. */
    public record Values(@Nullable Object before, @Nullable Object after) {}
}

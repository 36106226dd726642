package dev.lanekeeper.work;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An outbox entry as its row has it.
 *
 * @param arguments a JSON object, as it was written
 * @param changeset a JSON object: by attribute, the value before and the value after
 * @param topic the Kafka topic that it is produced to; {@code null} for none
 * @param headers a JSON object of texts
 */
public record OutboxRow(
        long entryId,
        int shard,
        String context,
        String event,
        @Nullable String causalityKey,
        String arguments,
        @Nullable String resourceClass,
        @Nullable String resourceId,
        String changeset,
        @Nullable String topic,
        String headers,
        Instant createdAt) {

    /** Roughly how much content it has. */
    int length() {
        return arguments.length() + changeset.length();
    }
}

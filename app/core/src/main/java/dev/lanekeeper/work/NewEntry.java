package dev.lanekeeper.work;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An outbox entry that is about to be written.
 *
 * @param arguments a JSON object
 * @param changeset a JSON object: by attribute, the value before and the value after
 * @param topic the Kafka topic that it is produced to; {@code null} for none
 * @param headers a JSON object of texts
 */
public record NewEntry(
        String context,
        String event,
        @Nullable String causalityKey,
        String arguments,
        @Nullable String resourceClass,
        @Nullable String resourceId,
        String changeset,
        @Nullable String topic,
        String headers) {

    /** As its row will be. */
    OutboxRow row(long entryId) {
        return new OutboxRow(
                entryId,
                0,
                context,
                event,
                causalityKey,
                arguments,
                resourceClass,
                resourceId,
                changeset,
                topic,
                headers,
                Instant.EPOCH,
                null);
    }
}

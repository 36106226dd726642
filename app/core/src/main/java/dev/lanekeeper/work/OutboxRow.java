package dev.lanekeeper.work;

import dev.lanekeeper.work.Seal.Sealed;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An outbox entry as its row has it.
 *
 * @param arguments a JSON object, as it was written
 * @param changeset a JSON object: by attribute, the value before and the value after
 * @param topic the Kafka topic that it is produced to; {@code null} for none
 * @param headers a JSON object of texts
 * @param sealed arguments and changeset, which are both empty then; {@code null} for an entry in plain text
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
        Instant createdAt,
        @Nullable Sealed sealed) {

    /** Roughly how much content it has. */
    int length() {
        return arguments.length() + changeset.length() + (sealed == null ? 0 : sealed.bytes().length);
    }

    @Nullable
    Long keyId() {
        return sealed == null ? null : sealed.keyId();
    }

    OutboxRow with(String otherArguments, String otherChangeset, @Nullable Sealed otherSealed) {
        return new OutboxRow(
                entryId,
                shard,
                context,
                event,
                causalityKey,
                otherArguments,
                resourceClass,
                resourceId,
                otherChangeset,
                topic,
                headers,
                createdAt,
                otherSealed);
    }
}

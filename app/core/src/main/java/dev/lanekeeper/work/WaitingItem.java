package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An unfinished item as a run reads it.
 *
 * @param ctid where its row in {@code lane_item} lay when it was read; {@code null} when it is no longer there
 * @param attempts how often it has been tried before
 * @param polledAt when it was read from its source
 * @param repeated whether a person had it stored anew from one that was done
 * @param intakeError why its resource or identity could not be read; it fails with this
 * @param keyId of the key that its content is encrypted with; {@code null} for plain text
 * @param unreadable why encrypted content could not be read; it fails with this, and the event has no content
 */
public record WaitingItem(
        UUID laneId,
        long itemId,
        int handlerId,
        @Nullable String ctid,
        Instant dueAt,
        int attempts,
        Instant polledAt,
        Instant storedAt,
        boolean repeated,
        @Nullable String resource,
        @Nullable String intakeError,
        RawEvent event,
        @Nullable Long keyId,
        @Nullable Exception unreadable) {

    /** In plain text. */
    public WaitingItem(
            UUID laneId,
            long itemId,
            int handlerId,
            @Nullable String ctid,
            Instant dueAt,
            int attempts,
            Instant polledAt,
            Instant storedAt,
            boolean repeated,
            @Nullable String resource,
            @Nullable String intakeError,
            RawEvent event) {
        this(
                laneId,
                itemId,
                handlerId,
                ctid,
                dueAt,
                attempts,
                polledAt,
                storedAt,
                repeated,
                resource,
                intakeError,
                event,
                null,
                null);
    }

    WaitingItem with(
            @Nullable String otherResource,
            @Nullable String otherIntakeError,
            RawEvent otherEvent,
            @Nullable Exception why) {
        return new WaitingItem(
                laneId,
                itemId,
                handlerId,
                ctid,
                dueAt,
                attempts,
                polledAt,
                storedAt,
                repeated,
                otherResource,
                otherIntakeError,
                otherEvent,
                keyId,
                why);
    }
}

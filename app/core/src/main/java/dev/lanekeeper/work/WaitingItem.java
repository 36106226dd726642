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
        RawEvent event) {}

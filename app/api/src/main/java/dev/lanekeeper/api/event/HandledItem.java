package dev.lanekeeper.api.event;

import dev.lanekeeper.api.RawEvent;
import org.jspecify.annotations.Nullable;

/**
 * Which attempt at which item a moment belongs to.
 *
 * @param handlerId the handler's id
 * @param groupId the handler's Kafka group; its id when its events do not come from Kafka
 * @param itemId the item's id, the same in every attempt
 * @param attempt 1 for the first attempt
 * @param resource the resource whose lane it is in; {@code null} for none
 * @param event the event as it came: topic, partition, offset, key, value and headers
 */
public record HandledItem(
        String handlerId,
        String groupId,
        long itemId,
        int attempt,
        @Nullable String resource,
        RawEvent event) {}

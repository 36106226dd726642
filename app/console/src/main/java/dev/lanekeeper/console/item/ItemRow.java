package dev.lanekeeper.console.item;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An item as lists show it.
 *
 * @param group the Kafka consumer group of its handler
 * @param entry what it was in the outbox; {@code null} for what came from elsewhere
 * @param job what it was when it was enqueued; {@code null} for what comes from elsewhere
 * @param laneId where it waits, or the lane that it was stored in
 * @param dueAt when it may run; {@code null} once it is finished
 * @param attempts how often its handler has been called
 * @param reason why it was rejected or discarded
 * @param errorMessage the beginning of what the last failed attempt said
 * @param retryOf the finished item that it repeats
 * @param keyId of the key that its content is encrypted with; {@code null} for plain text
 */
public record ItemRow(
        long itemId,
        ItemState state,
        String handler,
        @Nullable String group,
        @Nullable String topic,
        @Nullable Integer partition,
        @Nullable Long offset,
        @Nullable Entry entry,
        @Nullable Job job,
        @Nullable String resource,
        UUID laneId,
        @Nullable Instant producedAt,
        Instant polledAt,
        Instant storedAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Instant dueAt,
        int attempts,
        @Nullable String entityId,
        @Nullable Instant eventTime,
        @Nullable String eventType,
        @Nullable String eventVersion,
        @Nullable String reason,
        @Nullable String fingerprint,
        @Nullable String errorClass,
        @Nullable String errorMessage,
        @Nullable Long retryOf,
        @Nullable Long keyId) {

    /** An outbox entry. */
    public record Entry(long id, String context, String event) {}

    /**
     * A job.
     *
     * @param label a word for people
     * @param scheduledId what it was called while it was scheduled
     * @param entryId the outbox entry that it came as, in a transaction of the application
     */
    public record Job(
            @Nullable String label,
            @Nullable Long scheduledId,
            @Nullable Long entryId) {}

    /** In plain text: {@code null} where nothing was encrypted. */
    ItemRow opened(@Nullable String openedResource, @Nullable String openedReason) {
        return new ItemRow(
                itemId,
                state,
                handler,
                group,
                topic,
                partition,
                offset,
                entry,
                job,
                openedResource == null ? resource : openedResource,
                laneId,
                producedAt,
                polledAt,
                storedAt,
                startedAt,
                finishedAt,
                dueAt,
                attempts,
                entityId,
                eventTime,
                eventType,
                eventVersion,
                openedReason == null ? reason : openedReason,
                fingerprint,
                errorClass,
                errorMessage,
                retryOf,
                keyId);
    }

    /** Its place in a list of that order. */
    public Place place(ItemOrder order) {
        return new Place(
                switch (order) {
                    case STORED -> null;
                    case EVENT_TIME -> eventTime;
                    case FINISHED -> finishedAt;
                },
                itemId);
    }
}

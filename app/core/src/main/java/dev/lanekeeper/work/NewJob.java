package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent.RawHeader;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job on its way into the corridor.
 *
 * @param laneGroup the group of the lane, that of the handler
 * @param resource the canonical key of its resource; {@code null} for work without a lane of its own
 * @param payload JSON; {@code null} for none
 * @param label a word for people
 * @param entryId of the outbox entry that it came as; {@code null} for none
 * @param scheduledId of the scheduled job that it was; {@code null} for none
 * @param intakeError why it cannot run; the item fails with it
 * @param claim to be the only one of its key; {@code null} for none, and when that is decided already
 */
public record NewJob(
        int handlerId,
        String laneGroup,
        @Nullable String resource,
        byte @Nullable [] payload,
        List<RawHeader> headers,
        @Nullable String label,
        Instant enqueuedAt,
        @Nullable Long entryId,
        @Nullable Long scheduledId,
        @Nullable String intakeError,
        @Nullable UniqueClaim claim) {

    /** A job that may be there any number of times. */
    public NewJob(
            int handlerId,
            String laneGroup,
            @Nullable String resource,
            byte @Nullable [] payload,
            List<RawHeader> headers,
            @Nullable String label,
            Instant enqueuedAt,
            @Nullable Long entryId,
            @Nullable Long scheduledId,
            @Nullable String intakeError) {
        this(
                handlerId,
                laneGroup,
                resource,
                payload,
                headers,
                label,
                enqueuedAt,
                entryId,
                scheduledId,
                intakeError,
                null);
    }

    public NewJob with(UniqueClaim other) {
        return new NewJob(
                handlerId,
                laneGroup,
                resource,
                payload,
                headers,
                label,
                enqueuedAt,
                entryId,
                scheduledId,
                intakeError,
                other);
    }

    int bytes() {
        return payload == null ? 0 : payload.length;
    }
}

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
 * @param repeats the item of a record or an entry that was put off, which is stored anew in place of a job; {@code null} for a job
 * @param priority from 0, the usual one
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
        @Nullable UniqueClaim claim,
        @Nullable Long repeats,
        int priority) {

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
                null,
                null,
                0);
    }

    /** In a lane of the handler's, and nothing else. */
    static NewJob again(int handlerId, String laneGroup, @Nullable String resource, Instant enqueuedAt, long repeats) {
        return new NewJob(
                handlerId, laneGroup, resource, null, List.of(), null, enqueuedAt, null, null, null, null, repeats, 0);
    }

    public NewJob with(@Nullable UniqueClaim other) {
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
                other,
                repeats,
                priority);
    }

    int bytes() {
        return payload == null ? 0 : payload.length;
    }
}

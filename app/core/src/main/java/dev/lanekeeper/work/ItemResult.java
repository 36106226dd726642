package dev.lanekeeper.work;

import dev.lanekeeper.api.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What came of one attempt to handle an item: it is finished, or it is to be tried again. */
public sealed interface ItemResult {

    long itemId();

    int handlerId();

    /** The failed attempt behind this result; {@code null} when it did not fail. */
    @Nullable
    FailedAttempt attempt();

    Instant startedAt();

    Instant finishedAt();

    /**
     * @param ctid where its row in {@code lane_item} lay when it was read, which finds it sooner; {@code null} when unknown
     * @param attempts how often the handler was called for it
     * @param keepsRow false for a skipped event that leaves a count only
     * @param park whether its lane waits for a person now
     */
    record Finished(
            long itemId,
            int handlerId,
            @Nullable String ctid,
            State state,
            int attempts,
            Instant startedAt,
            Instant finishedAt,
            Outcome.Ack fields,
            @Nullable String reason,
            @Nullable String fingerprint,
            boolean keepsRow,
            boolean park,
            @Nullable FailedAttempt attempt)
            implements ItemResult {

        /** The same result, with nothing of what the handler said about its event. */
        public Finished withoutFields() {
            var none = new Outcome.Ack(null, null, null, null);
            return new Finished(
                    itemId,
                    handlerId,
                    ctid,
                    state,
                    attempts,
                    startedAt,
                    finishedAt,
                    none,
                    null,
                    fingerprint,
                    keepsRow,
                    park,
                    attempt);
        }
    }

    /**
     * @param attempts how often the handler was called for it
     * @param dueAt when it may run again
     */
    record Retry(
            long itemId,
            int handlerId,
            int attempts,
            Instant startedAt,
            Instant finishedAt,
            Instant dueAt,
            FailedAttempt attempt)
            implements ItemResult {}

    /** An attempt that failed: kept for ever beside the item. */
    record FailedAttempt(
            int number, String errorClass, @Nullable String errorMessage, String stackTrace, String fingerprint) {}
}

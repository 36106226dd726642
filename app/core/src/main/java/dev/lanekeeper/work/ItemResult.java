package dev.lanekeeper.work;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.work.Seal.Sealed;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What came of one attempt to handle an item: it is finished, or it is to be tried again, or it was not even tried. */
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
     * @param sealedReason the reason as it is written where nobody may read it; {@code null} where it is written as it is
     * @param lostTo the item that has the lock for which this one was dropped; {@code null} for none
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
            @Nullable FailedAttempt attempt,
            @Nullable Sealed sealedReason,
            @Nullable Long lostTo)
            implements ItemResult {

        /** With a reason that everybody may read. */
        public Finished(
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
                @Nullable FailedAttempt attempt) {
            this(
                    itemId,
                    handlerId,
                    ctid,
                    state,
                    attempts,
                    startedAt,
                    finishedAt,
                    fields,
                    reason,
                    fingerprint,
                    keepsRow,
                    park,
                    attempt,
                    null,
                    null);
        }

        /** The same result, whose reason is written where nobody may read it; {@code null} for as it is. */
        public Finished sealing(@Nullable Sealed reasonSealed) {
            return with(fields, reason, reasonSealed, lostTo);
        }

        /** The same result, for a lock that this item has; {@code null} for none. */
        public Finished losingTo(@Nullable Long holder) {
            return with(fields, reason, sealedReason, holder);
        }

        /** The same result, with nothing of what the handler said about its event. */
        public Finished withoutFields() {
            return with(new Outcome.Ack(null, null, null, null), null, null, lostTo);
        }

        private Finished with(
                Outcome.Ack otherFields,
                @Nullable String otherReason,
                @Nullable Sealed reasonSealed,
                @Nullable Long holder) {
            return new Finished(
                    itemId,
                    handlerId,
                    ctid,
                    state,
                    attempts,
                    startedAt,
                    finishedAt,
                    otherFields,
                    otherReason,
                    fingerprint,
                    keepsRow,
                    park,
                    attempt,
                    reasonSealed,
                    holder);
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

    /**
     * It was not tried, for a lock that it was not given or for another suspect that is at work: it uses up no attempt.
     *
     * @param finishedAt when that was decided
     * @param dueAt when it comes again, unless it is woken before
     */
    record Postponed(long itemId, int handlerId, Instant finishedAt, Instant dueAt) implements ItemResult {

        @Override
        public @Nullable FailedAttempt attempt() {
            return null;
        }

        @Override
        public Instant startedAt() {
            return finishedAt;
        }
    }

    /**
     * An attempt that failed: kept for ever beside the item.
     *
     * @param sealed message and stack trace as they are written where nobody may read them; {@code null} where they are written
     *     as they are
     */
    record FailedAttempt(
            int number,
            String errorClass,
            @Nullable String errorMessage,
            String stackTrace,
            String fingerprint,
            @Nullable Sealed sealed) {

        /** With a message and a stack trace that everybody may read. */
        public FailedAttempt(
                int number, String errorClass, @Nullable String errorMessage, String stackTrace, String fingerprint) {
            this(number, errorClass, errorMessage, stackTrace, fingerprint, null);
        }
    }
}

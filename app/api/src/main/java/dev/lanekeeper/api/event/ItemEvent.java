package dev.lanekeeper.api.event;

import dev.lanekeeper.api.job.Unique.RunConflict;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of one attempt at one item.
 *
 * <p>All moments of an attempt are published together once its result is committed, in this order: {@link ActionEnded};
 * then {@link Acknowledged}, {@link Skipped} or {@link Rejected}, or else {@link AttemptFailed}, which is followed by
 * {@link Failed} when there is no further attempt; at last {@link Consumed}. A result that was not committed has one event
 * alone, {@link ResultDropped}.
 */
public sealed interface ItemEvent extends LanekeeperEvent {

    /** The attempt that this is about. */
    HandledItem item();

    /** How an attempt ended. */
    enum Ending {
        ACKNOWLEDGED,
        SKIPPED,
        REJECTED,
        RETRIED,
        FAILED
    }

    /**
     * The handler was called, and returned or threw.
     *
     * @param duration of the call alone
     */
    record ActionEnded(HandledItem item, Instant startedAt, Duration duration, Ending ending) implements ItemEvent {}

    /** The handler acknowledged the event, with what it said of it. */
    record Acknowledged(
            HandledItem item,
            @Nullable String entityId,
            @Nullable Instant eventTime,
            @Nullable String eventType,
            @Nullable String eventVersion)
            implements ItemEvent {}

    /** The handler had no use for the event; never published for a failure. */
    record Skipped(HandledItem item) implements ItemEvent {}

    /** The handler refused the event. */
    record Rejected(HandledItem item, @Nullable String reason) implements ItemEvent {}

    /**
     * The handler threw.
     *
     * @param fingerprint what failures of one kind have in common
     * @param retryAt when it is tried again; {@code null} if it is not
     */
    record AttemptFailed(
            HandledItem item,
            String errorClass,
            @Nullable String errorMessage,
            String fingerprint,
            @Nullable Instant retryAt)
            implements ItemEvent {}

    /**
     * The last attempt failed; the item is a failure now.
     *
     * @param retryAborted whether {@code max-retries} would have allowed a further attempt, which the handler's retry decision
     *     or the kind of error ruled out
     * @param parked whether its lane waits for a person
     */
    record Failed(
            HandledItem item,
            String errorClass,
            @Nullable String errorMessage,
            String fingerprint,
            boolean retryAborted,
            boolean parked)
            implements ItemEvent {}

    /**
     * An attempt is over and its result recorded.
     *
     * @param duration from the start of the attempt to after the commit; results are committed in chunks, so it includes the
     *     wait for those that were handled with it
     */
    record Consumed(HandledItem item, Duration duration, Ending ending) implements ItemEvent {}

    /** The lane had another owner by then: the result does not count, and the new owner runs the item again. */
    record ResultDropped(HandledItem item) implements ItemEvent {}

    /**
     * An item was not given a lock that it needs while it runs, and does not wait for it; the handler was not called. Published
     * alone, and before what becomes of the item is committed.
     *
     * @param lock its name
     * @param conflict what becomes of the item
     * @param holder the item that has the lock; {@code null} when others come first
     * @param givenUp whether it was rescheduled as often as it may, and is rejected in place of that
     */
    record LockRefused(
            HandledItem item,
            String lock,
            RunConflict conflict,
            @Nullable Long holder,
            boolean givenUp) implements ItemEvent {}
}

package dev.lanekeeper.console.lane;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A lane with what stands at its head, and with how much waits behind that.
 *
 * @param bundle whether it holds items without a resource, of which none waits for another
 * @param waiting its unfinished items, the head included
 * @param head its first item; {@code null} when it is parked and empty
 * @param headAttempts how often the head has failed
 * @param headStoredAt since when the head is there
 * @param secondStoredAt since when the oldest item behind the head is there
 * @param lock the lock that its head waits for; {@code null} for none
 * @param lockHolder the item that has it longest; {@code null} when no other one of this application has it
 * @param lockElsewhere why it waits for it though no item of this application comes first; {@code null} when one does
 * @param ownerSince when the run began that works on it, which may have claimed it later; {@code null} when JobRunr does not know
 *     that run any more
 * @param parkedItem the item that parked it by failing; {@code null} when a person did
 * @param handlerPaused whether a person has paused the processing of the head's handler
 * @param handlerServed whether a living node has the head's handler
 */
public record LaneRow(
        UUID laneId,
        LaneState state,
        String handler,
        @Nullable String resource,
        boolean bundle,
        int waiting,
        Instant dueAt,
        @Nullable Long head,
        int headAttempts,
        @Nullable Instant headStoredAt,
        @Nullable Instant secondStoredAt,
        @Nullable String errorClass,
        @Nullable String errorMessage,
        @Nullable String lock,
        @Nullable Long lockHolder,
        @Nullable LockElsewhere lockElsewhere,
        @Nullable String ownerNode,
        @Nullable UUID ownerRun,
        @Nullable Instant ownerSince,
        @Nullable Instant parkedAt,
        @Nullable String parkedBy,
        @Nullable String parkReason,
        @Nullable Long parkedItem,
        boolean handlerPaused,
        boolean handlerServed) {

    /** How many items wait for the head. */
    public int behind() {
        return bundle ? 0 : Math.max(0, waiting - 1);
    }
}

package dev.lanekeeper.work;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A lane that a run owns, until another epoch is drawn for it.
 *
 * @param epoch the fencing token: higher than that of every earlier owner
 * @param handlerId the handler of the lane's head when it was claimed
 * @param suspectUntil items up to this id run singly, their start recorded first; {@code null} for none
 */
public record OwnedLane(
        UUID laneId,
        long epoch,
        int handlerId,
        boolean bundle,
        @Nullable Long suspectUntil) {

    boolean isSuspect(long itemId) {
        return suspectUntil != null && itemId <= suspectUntil;
    }
}

package dev.lanekeeper.work;

import java.util.List;
import java.util.UUID;

/**
 * What a run has to say of a lane that it owns.
 *
 * @param results of items in the order of the lane, possibly none
 * @param next what the run does with the lane
 * @param overtake whether later items may run before one that waits for its retry
 * @param locks what the lane held while its handlers ran; freed with the results, unless it goes on holding the lane
 * @param refusals why items among these results were not tried
 */
public record LaneResult(
        OwnedLane lane,
        List<ItemResult> results,
        Next next,
        boolean overtake,
        List<UUID> locks,
        List<LockRefusal> refusals) {

    /** Of items none of which was refused a lock. */
    public LaneResult(OwnedLane lane, List<ItemResult> results, Next next, boolean overtake, List<UUID> locks) {
        this(lane, results, next, overtake, locks, List.of());
    }

    /** Of a lane that holds no locks. */
    public LaneResult(OwnedLane lane, List<ItemResult> results, Next next, boolean overtake) {
        this(lane, results, next, overtake, List.of());
    }

    /** The same of the same items. */
    public LaneResult with(List<ItemResult> others) {
        return new LaneResult(lane, others, next, overtake, locks, refusals);
    }

    /** What a run does with a lane of which it has recorded results. */
    public enum Next {
        /** It is in the middle of an item: the lane stays its own whatever others ask for. */
        HOLD,
        /** It goes on, unless somebody asked for the lane. */
        KEEP,
        /** It gives the lane back. */
        RELEASE
    }
}

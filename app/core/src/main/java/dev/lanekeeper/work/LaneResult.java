package dev.lanekeeper.work;

import java.util.List;

/**
 * What a run has to say of a lane that it owns.
 *
 * @param results of items in the order of the lane, possibly none
 * @param next what the run does with the lane
 * @param overtake whether later items may run before one that waits for its retry
 */
public record LaneResult(OwnedLane lane, List<ItemResult> results, Next next, boolean overtake) {

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

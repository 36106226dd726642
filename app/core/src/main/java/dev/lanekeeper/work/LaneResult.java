package dev.lanekeeper.work;

import java.util.List;

/**
 * What a run has to say of a lane that it owns.
 *
 * @param results of items in the order of the lane, possibly none
 * @param keep whether the run goes on with the lane; else it is given back
 * @param overtake whether later items may run before one that waits for its retry
 */
public record LaneResult(OwnedLane lane, List<ItemResult> results, boolean keep, boolean overtake) {}

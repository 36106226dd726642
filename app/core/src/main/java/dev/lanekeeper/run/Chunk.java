package dev.lanekeeper.run;

import dev.lanekeeper.run.RunListener.Result;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.LaneResult;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.WaitingItem;
import java.util.ArrayList;
import java.util.List;

/** What a run has done in one lane and not recorded yet. */
final class Chunk {

    private final OwnedLane lane;
    private final boolean overtake;
    private final List<ItemResult> results = new ArrayList<>();
    private final List<Result> told = new ArrayList<>();

    Chunk(OwnedLane lane, boolean overtake) {
        this.lane = lane;
        this.overtake = overtake;
    }

    void add(String handler, WaitingItem item, ItemResult result) {
        results.add(result);
        told.add(new Result(handler, item, result));
    }

    boolean isEmpty() {
        return results.isEmpty();
    }

    ActiveRun.PendingLane toRecord(boolean keep) {
        return new ActiveRun.PendingLane(
                new LaneResult(lane, List.copyOf(results), keep, overtake), List.copyOf(told));
    }
}

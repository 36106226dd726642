package dev.lanekeeper.run;

import dev.lanekeeper.run.ActiveRun.PendingLane;
import dev.lanekeeper.run.RunListener.Result;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.LaneResult;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.WaitingItem;
import java.util.ArrayList;
import java.util.List;

/** What a run has done in one lane and not recorded yet; the node's watch may take it while the run is stuck. */
final class Chunk {

    private final OwnedLane lane;
    private final boolean overtake;
    private List<Result> results = new ArrayList<>();

    Chunk(OwnedLane lane, boolean overtake) {
        this.lane = lane;
        this.overtake = overtake;
    }

    synchronized void add(String handler, WaitingItem item, ItemResult result) {
        results.add(new Result(handler, item, result));
    }

    synchronized boolean isEmpty() {
        return results.isEmpty();
    }

    /** Takes what is to be recorded; from then on the chunk is empty. */
    synchronized PendingLane take(Next next) {
        var taken = results;
        results = new ArrayList<>();
        return new PendingLane(
                new LaneResult(lane, taken.stream().map(Result::result).toList(), next, overtake), taken);
    }
}

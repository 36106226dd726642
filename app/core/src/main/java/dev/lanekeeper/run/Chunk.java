package dev.lanekeeper.run;

import dev.lanekeeper.run.ActiveRun.PendingLane;
import dev.lanekeeper.run.RunListener.Result;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.LaneResult;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.LockRefusal;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.WaitingItem;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** What a run has done in one lane and not recorded yet; the node's watch may take it while the run is stuck. */
final class Chunk {

    private final OwnedLane lane;
    private final boolean overtake;
    private List<ItemResult> results = new ArrayList<>();
    private List<Result> told = new ArrayList<>();
    private List<LockRefusal> refusals = new ArrayList<>();
    private List<UUID> locks = List.of();
    private long token;

    Chunk(OwnedLane lane, boolean overtake) {
        this.lane = lane;
        this.overtake = overtake;
    }

    synchronized void add(String handler, WaitingItem item, ItemResult result) {
        results.add(result);
        told.add(new Result(handler, item, result));
    }

    /** Of an item that was not tried: nobody is told of it as of an attempt. */
    synchronized void addUntried(ItemResult result) {
        results.add(result);
    }

    /** Of an item that was not given a lock: where it is to fail for that, it is told of as of an attempt. */
    synchronized void addRefused(Result result, LockRefusal refusal) {
        results.add(result.result());
        refusals.add(refusal);
        if (result.result().attempt() != null) {
            told.add(result);
        }
    }

    synchronized boolean isEmpty() {
        return results.isEmpty();
    }

    /** From now on the lane has these locks, until its results are recorded. */
    synchronized void hold(List<UUID> digests, long fencingToken) {
        locks = List.copyOf(digests);
        token = fencingToken;
    }

    /** The lane has a lock of another application besides. */
    synchronized void raise(long fencingToken) {
        token = Math.max(token, fencingToken);
    }

    synchronized boolean holdsLocks() {
        return !locks.isEmpty();
    }

    synchronized boolean holdsExactly(List<UUID> digests) {
        return locks.size() == digests.size() && locks.containsAll(digests);
    }

    /** What the lane has while its current item is handled. */
    synchronized Held held() {
        return new Held(locks, Math.max(token, lane.epoch()));
    }

    /**
     * The locks of a lane.
     *
     * @param token higher than that of every earlier owner of the lane, and of every earlier holder of its locks
     */
    record Held(List<UUID> locks, long token) {}

    /** Takes what is to be recorded; from then on the chunk is empty, and its locks are lost unless it is in the middle of an item. */
    synchronized PendingLane take(Next next) {
        var result = new LaneResult(lane, List.copyOf(results), next, overtake, locks, List.copyOf(refusals));
        var taken = new PendingLane(result, List.copyOf(told));
        results = new ArrayList<>();
        refusals = new ArrayList<>();
        told = new ArrayList<>();
        if (next != Next.HOLD) {
            locks = List.of();
        }
        return taken;
    }
}

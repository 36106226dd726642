package dev.lanekeeper.work;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a process of a {@link Play} has in memory of a lane that it owns, or believes to own. */
final class Turn {

    final Run run;
    final OwnedLane lane;

    /** Read from the lane, and not begun. */
    final Deque<WaitingItem> read = new ArrayDeque<>();

    /** Of items that were handled, and not recorded yet. */
    final List<ItemResult> results = new ArrayList<>();

    /** What it has taken since it last recorded. */
    List<LockNeed> held = List.of();

    /** Those that a person has taken away from it, which it does not know. */
    final Set<LockNeed> robbedOf = new HashSet<>();

    @Nullable
    WaitingItem working;

    boolean isSuspect;

    /** What came before an item was recorded while that was handled, so that its turn ends with it. */
    boolean isOver;

    Turn(Run run, OwnedLane lane) {
        this.run = run;
        this.lane = lane;
    }

    boolean has(LockNeed need) {
        return held.contains(need) && !robbedOf.contains(need);
    }

    List<LockNeed> has() {
        return held.stream().filter(this::has).toList();
    }

    boolean isWorking() {
        return working != null;
    }

    void handled(ItemResult result) {
        results.add(result);
        working = null;
    }

    Set<Long> handled() {
        return results.stream().map(ItemResult::itemId).collect(Collectors.toSet());
    }

    /** What it has to say, after which it knows nothing of it any more. */
    LaneResult say(LaneResult.Next next) {
        var locks = held.stream().map(LockNeed::digest).toList();
        var said = new LaneResult(lane, List.copyOf(results), next, false, locks);
        results.clear();
        if (next != LaneResult.Next.HOLD) {
            held = List.of();
            robbedOf.clear();
        }
        return said;
    }

    @Override
    public String toString() {
        return "lane " + lane.laneId() + " in epoch " + lane.epoch() + " of node " + run.nodeId();
    }
}

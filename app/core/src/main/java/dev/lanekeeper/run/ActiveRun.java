package dev.lanekeeper.run;

import dev.lanekeeper.work.LaneResult;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Run;
import dev.lanekeeper.work.WaitingItem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A run in this process's memory: the lanes that it holds, the item that it is at, the results that are not recorded yet.
 *
 * <p>Its own thread works through it; the node's watch may take lanes and items from it that it has not started, when it is
 * stuck in a handler.
 */
public final class ActiveRun {

    private final Run run;
    private final int handlerId;
    private final int slot;
    private final long startedNanos = System.nanoTime();
    private final Map<UUID, OwnedLane> held = new LinkedHashMap<>();
    private List<PendingLane> pending = new ArrayList<>();
    private @Nullable OwnedLane current;
    private List<Long> rest = List.of();
    private @Nullable Chunk chunk;
    private @Nullable Working working;
    private long beatNanos = startedNanos;
    private final ReentrantLock recording = new ReentrantLock();
    private boolean takenUp;
    private boolean abandoned;
    private boolean endsWithItsLanes;
    private int fullClaims;
    private int items;

    /**
     * @param handlerId whose share of the workers it counts against
     * @param slot of the tally rows; one per worker
     */
    public ActiveRun(Run run, int handlerId, int slot, List<OwnedLane> lanes) {
        this.run = run;
        this.handlerId = handlerId;
        this.slot = slot;
        add(lanes);
    }

    /** This one, which takes no further lanes when it has done with its own. */
    public synchronized ActiveRun endingWithItsLanes() {
        endsWithItsLanes = true;
        return this;
    }

    synchronized boolean endsWithItsLanes() {
        return endsWithItsLanes;
    }

    /** A lane that was worked on, and what is to be recorded of it. */
    record PendingLane(LaneResult result, List<RunListener.Result> told) {}

    /** The item whose handler is being called. */
    public record Working(String handler, WaitingItem item, Thread thread, long sinceNanos) {

        public Duration elapsed() {
            return Duration.ofNanos(System.nanoTime() - sinceNanos);
        }
    }

    public Run run() {
        return run;
    }

    /** A run is worked on by one thread, once; false for every other that JobRunr sends, as after a requeue by hand. */
    synchronized boolean takeUp() {
        var first = !takenUp;
        takenUp = true;
        return first;
    }

    /**
     * Held from before results or lanes are taken from this run until the database has them: between these moments memory says
     * less than is true, and the run's own thread and the node's watch must not act on it.
     */
    ReentrantLock recording() {
        return recording;
    }

    /** How many times in a row it was given as many lanes as it had asked for. */
    public synchronized int fullClaims() {
        return fullClaims;
    }

    public synchronized void claimed(boolean asManyAsAsked) {
        fullClaims = asManyAsAsked ? fullClaims + 1 : 0;
    }

    public int handlerId() {
        return handlerId;
    }

    public int slot() {
        return slot;
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    synchronized int items() {
        return items;
    }

    public synchronized void add(Collection<OwnedLane> lanes) {
        beatNanos = System.nanoTime();
        lanes.forEach(l -> held.put(l.laneId(), l));
    }

    /** The lanes that it holds and has no unrecorded results of. */
    synchronized List<OwnedLane> lanes() {
        return List.copyOf(held.values());
    }

    /** Under which it owns its lanes; when it is abandoned, that of the lane of which a handler still runs. */
    synchronized List<Long> epochs() {
        return held.values().stream()
                .filter(lane -> !abandoned || (working != null && lane.equals(current)))
                .map(OwnedLane::epoch)
                .toList();
    }

    public synchronized boolean holds(UUID laneId) {
        return held.containsKey(laneId);
    }

    /** Begins with a lane; false when it has been taken away. */
    synchronized boolean enter(OwnedLane lane, List<Long> itemIds, Chunk results) {
        if (abandoned || !held.containsKey(lane.laneId())) {
            return false;
        }
        current = lane;
        rest = new ArrayList<>(itemIds);
        chunk = results;
        return true;
    }

    /** Begins with an item of the current lane; false when it has been moved to another bundle or the run is abandoned. */
    synchronized boolean start(String handler, WaitingItem item) {
        if (abandoned || !rest.remove(item.itemId())) {
            return false;
        }
        items++;
        beatNanos = System.nanoTime();
        working = new Working(handler, item, Thread.currentThread(), beatNanos);
        return true;
    }

    synchronized void stopWorking() {
        beatNanos = System.nanoTime();
        working = null;
    }

    /** How long ago its thread last began or ended something. */
    public synchronized Duration sinceBeat() {
        return Duration.ofNanos(System.nanoTime() - beatNanos);
    }

    public synchronized @Nullable Working working() {
        return working;
    }

    /** Ends with the current lane and keeps its results until they are recorded. */
    synchronized void leave(PendingLane lane) {
        leave();
        pending.add(lane);
    }

    synchronized void leave() {
        beatNanos = System.nanoTime();
        current = null;
        rest = List.of();
        chunk = null;
    }

    /** The locks with which the current item is being handled; {@code null} when it needs none. */
    synchronized @Nullable LockedLane locked() {
        return working == null || current == null || chunk == null || !chunk.holdsLocks()
                ? null
                : new LockedLane(current, chunk.held().locks());
    }

    /** A lane and what it holds besides its resource. */
    record LockedLane(OwnedLane lane, List<UUID> locks) {}

    /** What was done in the current lane before the item that is being handled. */
    synchronized @Nullable PendingLane takeCurrent() {
        return working == null || chunk == null || chunk.isEmpty() ? null : chunk.take(Next.HOLD);
    }

    synchronized List<PendingLane> takePending() {
        var taken = pending;
        pending = new ArrayList<>();
        return taken;
    }

    /** The lane is no longer this run's. */
    synchronized void release(UUID laneId) {
        held.remove(laneId);
    }

    /** Takes away the lanes that have not been started; they are to be given back by the caller. */
    synchronized List<OwnedLane> surrender() {
        var waiting = held.values().stream().filter(this::isUnstarted).toList();
        waiting.forEach(l -> held.remove(l.laneId()));
        return waiting;
    }

    /** Takes away those of these lanes that have not been started; they are to be given back by the caller. */
    synchronized List<OwnedLane> surrender(Set<UUID> laneIds) {
        var waiting = held.values().stream()
                .filter(l -> laneIds.contains(l.laneId()) && isUnstarted(l))
                .toList();
        waiting.forEach(l -> held.remove(l.laneId()));
        return waiting;
    }

    private boolean isUnstarted(OwnedLane lane) {
        return !lane.equals(current)
                && pending.stream().noneMatch(p -> p.result().lane().equals(lane));
    }

    /** Takes away the items of the current bundle that have not been started; they are to be moved by the caller. */
    synchronized @Nullable Split split() {
        if (current == null || !current.bundle() || rest.isEmpty()) {
            return null;
        }
        var split = new Split(current, List.copyOf(rest));
        rest = new ArrayList<>();
        return split;
    }

    /** The rest of a bundle. */
    record Split(OwnedLane lane, List<Long> itemIds) {}

    /** This node is no longer known: nothing new is started, nothing is recorded. */
    public synchronized void abandon() {
        abandoned = true;
    }

    synchronized boolean isAbandoned() {
        return abandoned;
    }
}

package dev.lanekeeper.operations;

import dev.lanekeeper.operations.Journal.ChangedMeanwhile;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.ItemChangeStore;
import dev.lanekeeper.work.ItemChangeStore.Again;
import dev.lanekeeper.work.ItemChangeStore.Whereabouts;
import dev.lanekeeper.work.LaneChangeStore;
import dev.lanekeeper.work.LaneChangeStore.HeldLane;
import dev.lanekeeper.work.State;
import dev.lanekeeper.work.WaitingItemSearch;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/**
 * What a person may do to one item: the same changes of rows that the corridor makes itself, each in one transaction that
 * locks the item's lane first. A wish that cannot be fulfilled changes nothing and says why; doing the same twice does
 * nothing twice.
 *
 * <p>Called from any thread, in no transaction.
 */
public final class ItemOperations {

    private final Journal journal;
    private final ItemChangeStore items;
    private final LaneChangeStore lanes;
    private final WaitingItemSearch search;
    private final Clock clock;

    public ItemOperations(Database database, Clock clock) {
        this.journal = new Journal(database);
        this.items = new ItemChangeStore(database, clock);
        this.lanes = new LaneChangeStore(database, clock);
        this.search = new WaitingItemSearch(database);
        this.clock = clock;
    }

    /**
     * Makes an item due now. One that is finished but not done takes its old place again, as if it had never been tried, takes the
     * lock of its unique key again if others leave room for that, and unparks the lane that it has parked; one that is done is stored
     * anew, without a lock. One that was put off and comes again by itself is not done a second time: see {@link #comesAgain}.
     */
    public ItemAnswer retry(long itemId, Operator by) {
        return journal.write(by, "retry", "item:" + itemId, () -> {
            var item = items.find(itemId).orElse(null);
            if (item == null) {
                return ItemAnswer.NOT_FOUND;
            }
            var waitsIn = item.waitsIn();
            if (waitsIn != null) {
                return retryWaiting(item, waitsIn);
            }
            var state = item.state();
            if (item.payloadRemoved()) {
                return ItemAnswer.PAYLOAD_REMOVED;
            }
            return state == null || state == State.DONE || state == State.SKIPPED ? repeat(item) : reopen(item, state);
        });
    }

    /**
     * The same for an item that has failed or was rejected, and still stands so: what somebody else has retried meanwhile is
     * not done a second time, however it ended.
     */
    public ItemAnswer retryFailure(long itemId, Operator by) {
        return journal.write(by, "retry", "item:" + itemId, () -> {
            var item = items.find(itemId).orElse(null);
            if (item == null) {
                return ItemAnswer.NOT_FOUND;
            }
            var state = item.state();
            if (state == State.FAILED || state == State.REJECTED) {
                return reopen(item, state);
            }
            if (item.waitsIn() != null) {
                return ItemAnswer.ALREADY_DUE;
            }
            return state == State.DISCARDED ? ItemAnswer.ALREADY_DISCARDED : ItemAnswer.ALREADY_FINISHED;
        });
    }

    private ItemAnswer retryWaiting(Whereabouts item, UUID waitsIn) {
        var lane = lanes.lock(waitsIn).orElseThrow(ChangedMeanwhile::new);
        var dueAt = items.dueAt(waitsIn, item.itemId()).orElseThrow(ChangedMeanwhile::new);
        if (lane.isOwned()) {
            return ItemAnswer.LANE_ACTIVE;
        }
        if (lane.parked()) {
            return ItemAnswer.LANE_PARKED;
        }
        if (!dueAt.isAfter(clock.instant())) {
            return ItemAnswer.ALREADY_DUE;
        }
        items.makeDue(waitsIn, item.itemId());
        lanes.rearm(waitsIn);
        return ItemAnswer.DUE;
    }

    private ItemAnswer reopen(Whereabouts item, State state) {
        if (state == State.DISCARDED) {
            // In this order: a scheduled job that is gone by now has left its item by then.
            if (items.comesAgain(item.itemId()).isPresent()) {
                return ItemAnswer.PUT_OFF;
            }
            if (items.isRepetitionWaiting(item.itemId())) {
                return ItemAnswer.ALREADY_STORED_ANEW;
            }
        }
        var claims = items.lockClaims(item.itemId());
        var laneId = laneFor(item);
        var lane = lanes.makeRoom(laneId, item.handlerId(), item.bundled());
        if (!items.reopen(item, state)) {
            throw new ChangedMeanwhile();
        }
        if (!items.placeAgain(laneId, item.itemId())) {
            throw new ChangedMeanwhile();
        }
        var locked = !claims || items.takeLock(item.itemId());
        if (lane.parked() && !lane.isParkedBy(item.itemId())) {
            return ItemAnswer.DUE_BEHIND_PARKING;
        }
        if (lane.parked()) {
            lanes.unpark(lane);
        } else {
            lanes.rearm(laneId);
        }
        return locked ? ItemAnswer.DUE : ItemAnswer.DUE_WITHOUT_LOCK;
    }

    private ItemAnswer repeat(Whereabouts item) {
        var isWhole = items.lockOriginal(item.itemId()).orElse(null);
        if (isWhole == null) {
            return ItemAnswer.NOT_FOUND;
        }
        if (!isWhole) {
            return ItemAnswer.PAYLOAD_REMOVED;
        }
        if (items.isRepetitionWaiting(item.itemId())) {
            return ItemAnswer.ALREADY_STORED_ANEW;
        }
        var laneId = laneFor(item);
        var lane = lanes.makeRoom(laneId, item.handlerId(), item.bundled());
        items.repeat(laneId, item);
        return lane.parked() ? ItemAnswer.DUE_BEHIND_PARKING : ItemAnswer.STORED_ANEW;
    }

    private UUID laneFor(Whereabouts item) {
        return item.bundled() ? lanes.newBundle() : item.storedIn();
    }

    /**
     * Sees to it that an item is never handled, or never again. One that waits in a lane that a run works on is discarded when
     * the run gives the lane back; one whose handler has started never is.
     */
    public ItemAnswer discard(long itemId, Operator by) {
        return journal.write(by, "discard", "item:" + itemId, () -> {
            var item = items.find(itemId).orElse(null);
            if (item == null) {
                return ItemAnswer.NOT_FOUND;
            }
            var waitsIn = item.waitsIn();
            if (waitsIn != null) {
                return discardWaiting(item, waitsIn, by);
            }
            var state = item.state();
            if (state == State.FAILED || state == State.REJECTED) {
                return discardFinished(item, state, by);
            }
            return state == State.DISCARDED ? ItemAnswer.ALREADY_DISCARDED : ItemAnswer.ALREADY_FINISHED;
        });
    }

    private ItemAnswer discardWaiting(Whereabouts item, UUID waitsIn, Operator by) {
        var lane = lanes.lock(waitsIn).orElseThrow(ChangedMeanwhile::new);
        if (items.dueAt(waitsIn, item.itemId()).isEmpty()) {
            throw new ChangedMeanwhile();
        }
        return lane.isOwned() ? askOwner(item, lane, by) : discardNow(item, lane, by);
    }

    private ItemAnswer askOwner(Whereabouts item, HeldLane lane, Operator by) {
        var node = lane.ownerNode();
        if (node != null && items.isRunning(node, item.itemId())) {
            return ItemAnswer.RUNNING;
        }
        if (items.isDiscardAsked(lane.laneId(), item.itemId())) {
            return ItemAnswer.ALREADY_REQUESTED;
        }
        items.askToDiscard(lane.laneId(), item.itemId(), by.name(), by.reason());
        lanes.requestStop(lane.laneId());
        return ItemAnswer.REQUESTED;
    }

    private ItemAnswer discardNow(Whereabouts item, HeldLane lane, Operator by) {
        var wasHead = items.isHead(lane.laneId(), item.itemId());
        items.discardWaiting(lane.laneId(), item, by.inOneLine());
        lanes.takeOne(lane);
        if (wasHead) {
            lanes.rearm(lane.laneId());
        }
        return ItemAnswer.DISCARDED;
    }

    private ItemAnswer discardFinished(Whereabouts item, State state, Operator by) {
        var lane = lanes.lock(item.storedIn()).orElse(null);
        if (!items.discardFinished(item, state, by.inOneLine())) {
            throw new ChangedMeanwhile();
        }
        if (lane != null && lane.isParkedBy(item.itemId())) {
            lanes.unpark(lane);
        }
        return ItemAnswer.DISCARDED;
    }

    /** The scheduled job that comes in place of a discarded item, which was put off; empty when there is none, or it has come. */
    public Optional<Again> comesAgain(long itemId) {
        return items.comesAgain(itemId);
    }

    /** How many later items of the same lane are done, up to 1000: what a retry now would come after. */
    public long overtakenBy(long itemId) {
        return items.find(itemId)
                .map(item -> search.overtakenBy(item.storedIn(), itemId))
                .orElse(0L);
    }
}

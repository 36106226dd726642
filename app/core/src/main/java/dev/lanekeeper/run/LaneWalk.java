package dev.lanekeeper.run;

import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.run.ActiveRun.PendingLane;
import dev.lanekeeper.run.Executed.Committed;
import dev.lanekeeper.run.Executed.LaneLost;
import dev.lanekeeper.run.Executed.Unknown;
import dev.lanekeeper.run.Executed.Unrecorded;
import dev.lanekeeper.run.LockTurn.Needs;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.LockNeed;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.RunLocker.Answer;
import dev.lanekeeper.work.RunLocker.Asker;
import dev.lanekeeper.work.WaitingItem;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** One lane's turn in a chunk: its due items in order, until one is not due or the chunk's time is up. */
final class LaneWalk {

    private static final Logger log = LoggerFactory.getLogger(LaneWalk.class);

    private final Means means;
    private final ActiveRun run;
    private final OwnedLane lane;
    private final List<WaitingItem> items;
    private final BooleanSupplier over;
    private final Chunk chunk;
    private Next next = Next.KEEP;
    private boolean gone;
    private boolean overtake;

    /** What a walk does its work with; the same for all of a node. */
    record Means(
            RegisteredHandlers handlers,
            RunSupply supply,
            Lease lease,
            Clock clock,
            ResultKeeper keeper,
            Suspects suspects,
            HandlerExecution execution,
            ListenerGuard listeners,
            LockTurn locks) {}

    /** @param over whether the chunk is over, so that no further item is started */
    LaneWalk(Means means, ActiveRun run, OwnedLane lane, List<WaitingItem> items, BooleanSupplier over) {
        this.means = means;
        this.run = run;
        this.lane = lane;
        this.items = items;
        this.over = over;
        var handler = means.handlers()
                .find(items.isEmpty() ? lane.handlerId() : items.get(0).handlerId());
        this.overtake = handler != null && HandlerExecution.isOvertaking(handler);
        this.chunk = new Chunk(lane, overtake);
    }

    void walk() {
        if (!run.enter(lane, items.stream().map(WaitingItem::itemId).toList(), chunk)) {
            return;
        }
        var locked = false;
        MDC.put("lane", lane.laneId().toString());
        try {
            next = items.isEmpty() ? Next.RELEASE : Next.KEEP;
            for (var i = 0; i < items.size() && step(items.get(i)); i++) {}
        } finally {
            MDC.remove("lane");
            if (gone) {
                run.leave();
            } else {
                locked = chunk.holdsLocks();
                run.leave(chunk.take(next));
            }
        }
        if (locked) {
            // Other lanes, of this run among them, may wait for the locks of this one.
            means.keeper().record(run);
        }
    }

    /** @return whether the next item of the lane may be looked at */
    private boolean step(WaitingItem item) {
        var handler = means.handlers().find(item.handlerId());
        if (handler == null || !means.supply().mayRun(item.handlerId())) {
            next = Next.RELEASE;
            return false;
        }
        if (item.dueAt().isAfter(means.clock().instant())) {
            next = Next.RELEASE;
            return overtake;
        }
        if (!means.lease().mayStart() || run.isAbandoned()) {
            return false;
        }
        var suspect = lane.suspectUntil() != null && item.itemId() <= lane.suspectUntil();
        return (suspect ? handleSuspect(handler, item) : handle(handler, item)) && !over.getAsBoolean();
    }

    /** A suspect runs alone: what was done before is recorded, then its start, then it runs, and its result is recorded. */
    private boolean handleSuspect(HandlerDefinition handler, WaitingItem item) {
        if (!flush()) {
            return false;
        }
        try (var turn = means.suspects().turn()) {
            return switch (turn.begin(run.run(), lane, item.itemId())) {
                case YES -> handle(handler, item) && flush();
                case NOT_NOW -> postponed(item);
                case GONE -> {
                    run.release(lane.laneId());
                    yield ours(false);
                }
            };
        }
    }

    private boolean postponed(WaitingItem item) {
        var now = means.clock().instant();
        var result = new ItemResult.Postponed(item.itemId(), item.handlerId(), now, now.plus(Suspects.LATER));
        chunk.addUntried(result);
        return goesOn(result);
    }

    private boolean handle(HandlerDefinition handler, WaitingItem stored) {
        var item = means.execution().open(stored);
        if (handler.call().transaction() != null && !flush()) {
            return false;
        }
        if (means.locks().concern(handler, stored) || chunk.holdsLocks()) {
            var needs = means.locks().needs(handler, item);
            if (needs instanceof Needs.Unreadable unreadable) {
                return unrecorded(handler, item, means.execution().notGranted(handler, lane, item, unreadable.why()));
            }
            var locked = lock(handler, stored, item, (Needs.Found) needs);
            if (locked != Locked.YES) {
                return locked == Locked.GO_ON;
            }
        }
        if (!run.start(handler.id(), item)) {
            return true;
        }
        var started = System.nanoTime();
        var executed = executeWatched(handler, item);
        means.supply().measured(item.handlerId(), System.nanoTime() - started);
        return conclude(handler, item, executed);
    }

    /** What came of asking for the locks of an item. */
    private enum Locked {
        YES,
        /** The item is not handled now; the next one of the lane may be looked at. */
        GO_ON,
        STOP
    }

    private Locked lock(HandlerDefinition handler, WaitingItem stored, WaitingItem item, Needs.Found needs) {
        var asker = new Asker(run.run(), run.slot(), lane, item, overtake);
        var waited = false;
        if (!needs.isCoveredBy(chunk)) {
            if (!flush()) {
                return Locked.STOP;
            }
            if (!needs.rules().isEmpty()) {
                var answer = means.locks().take(asker, needs);
                if (!(answer instanceof Answer.Taken taken)) {
                    return without(handler, asker, needs, answer);
                }
                chunk.hold(taken.held(), taken.token());
                waited = taken.waited();
            }
        }
        var shared = means.locks().shared(handler, stored, needs);
        var locked = shared.isEmpty() ? Locked.YES : share(handler, asker, needs, shared);
        if (locked == Locked.YES && waited) {
            means.locks().leave(item);
        }
        return locked;
    }

    /** The locks of the database are held; those that other applications take too come last, and first go again. */
    private Locked share(HandlerDefinition handler, Asker asker, Needs.Found needs, List<LockNeed> shared) {
        var answer = means.locks().takeShared(asker, chunk.held().token(), shared);
        if (answer instanceof RemoteLocks.Answer.Taken taken) {
            chunk.raise(taken.token());
            return Locked.YES;
        }
        if (answer instanceof RemoteLocks.Answer.Without) {
            return Locked.YES;
        }
        var given = new LockTurn.Given(needs.all(), chunk.held().token());
        if (!flush()) {
            return Locked.STOP;
        }
        return without(handler, asker, needs, means.locks().giveWay(asker, given, shared, answer));
    }

    private Locked without(HandlerDefinition handler, Asker asker, Needs.Found needs, Answer answer) {
        if (answer instanceof Answer.Waiting waiting) {
            means.keeper().settle(run, List.of(new PendingLane(waiting.result(), List.of())), waiting.recorded());
            return ours(waiting.recorded().kept().contains(lane.laneId())) ? Locked.GO_ON : Locked.STOP;
        }
        if (answer instanceof Answer.Gone) {
            run.release(lane.laneId());
            ours(false);
            return Locked.STOP;
        }
        var refused = (Answer.Refused) answer;
        var rule = Objects.requireNonNull(needs.rules().get(refused.need()));
        var decided = means.locks().refused(handler, asker, refused, rule);
        var result = decided.result();
        if (result.attempt() != null) {
            means.listeners().ended(handler.id(), asker.item(), result);
        }
        chunk.addRefused(new RunListener.Result(handler.id(), asker.item(), result), decided.refusal());
        return goesOn(result) ? Locked.GO_ON : Locked.STOP;
    }

    private Executed executeWatched(HandlerDefinition handler, WaitingItem item) {
        MDC.put("handler", handler.id());
        MDC.put("item", Long.toString(item.itemId()));
        MDC.put("attempt", Integer.toString(item.attempts() + 1));
        try {
            means.listeners().started(handler.id(), item);
            return means.execution().execute(run, handler, lane, item, chunk.held());
        } finally {
            run.stopWorking();
            means.listeners().left(handler.id(), item);
            MDC.remove("handler");
            MDC.remove("item");
            MDC.remove("attempt");
        }
    }

    private boolean conclude(HandlerDefinition handler, WaitingItem item, Executed executed) {
        if (executed instanceof Unrecorded unrecorded) {
            return unrecorded(handler, item, unrecorded.result());
        }
        if (executed instanceof Committed committed) {
            means.listeners().ended(handler.id(), item, committed.result());
            chunk.add(handler.id(), item, committed.result());
            means.keeper().settle(run, List.of(chunk.take(Next.KEEP)), committed.recorded());
            return ours(committed.recorded().kept().contains(lane.laneId()));
        }
        if (executed instanceof LaneLost lost) {
            means.listeners().dropped(List.of(new RunListener.Result(handler.id(), item, lost.result())));
            run.release(lane.laneId());
            return ours(false);
        }
        log.atWarn()
                .addKeyValue("handler", handler.id())
                .addKeyValue("item", item.itemId())
                .log(
                        "Whether a transaction was committed is unknown; the lane is read again: {}",
                        ((Unknown) executed).cause().toString());
        return false;
    }

    private boolean unrecorded(HandlerDefinition handler, WaitingItem item, ItemResult result) {
        means.listeners().ended(handler.id(), item, result);
        chunk.add(handler.id(), item, result);
        return goesOn(result);
    }

    private boolean goesOn(ItemResult result) {
        if ((result instanceof ItemResult.Retry || result instanceof ItemResult.Postponed)
                && !overtake
                && !lane.bundle()) {
            next = Next.RELEASE;
            return false;
        }
        if (result instanceof ItemResult.Finished finished && finished.park()) {
            next = Next.RELEASE;
            return false;
        }
        return true;
    }

    private boolean ours(boolean ours) {
        gone = !ours;
        return ours;
    }

    /** Records what was done in this lane so far; false when the lane is no longer ours. */
    private boolean flush() {
        if (chunk.isEmpty() && !chunk.holdsLocks()) {
            return true;
        }
        means.keeper().record(run, List.of(chunk.take(Next.KEEP)));
        return ours(run.holds(lane.laneId()));
    }
}

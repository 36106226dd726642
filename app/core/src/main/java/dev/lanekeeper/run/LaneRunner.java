package dev.lanekeeper.run;

import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.run.Executed.Committed;
import dev.lanekeeper.run.Executed.LaneLost;
import dev.lanekeeper.run.Executed.Unknown;
import dev.lanekeeper.run.Executed.Unrecorded;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.ResultRecorder;
import dev.lanekeeper.work.WaitingItem;
import dev.lanekeeper.work.WaitingItemSearch;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * The body of a run: drains the lanes that it owns, each in order, and takes the next pack until its slice is over.
 *
 * <p>Called by JobRunr on a worker's thread, once per run job.
 */
public final class LaneRunner {

    private static final Logger log = LoggerFactory.getLogger(LaneRunner.class);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final ActiveRuns runs;
    private final RegisteredHandlers handlers;
    private final RunSupply supply;
    private final RunSettings settings;
    private final Lease lease;
    private final Clock clock;
    private final WaitingItemSearch search;
    private final ResultRecorder recorder;
    private final HandlerExecution execution;
    private final ResultKeeper keeper;
    private final ListenerGuard listeners;

    /** What runs need of the rest of the house. */
    public record Neighbours(
            ActiveRuns runs,
            RegisteredHandlers handlers,
            LiveSettings settings,
            RunSupply supply,
            Lease lease,
            Deadlines deadlines,
            List<RunListener> listeners) {}

    public LaneRunner(Neighbours neighbours, RunSettings settings, Database database, Clock clock, Probe probe) {
        this.runs = neighbours.runs();
        this.handlers = neighbours.handlers();
        this.supply = neighbours.supply();
        this.lease = neighbours.lease();
        this.settings = settings;
        this.clock = clock;
        this.search = new WaitingItemSearch(database);
        this.recorder = new ResultRecorder(database, clock, probe);
        this.listeners = new ListenerGuard(neighbours.listeners());
        this.execution = new HandlerExecution(
                new HandlerExecution.Means(
                        database, recorder, neighbours.settings(), neighbours.deadlines(), listeners),
                clock,
                probe);
        this.keeper = new ResultKeeper(recorder, supply, listeners);
    }

    /** Looks after runs that are stuck in a handler; for a thread of the node's own. */
    public RunWatch watch() {
        return new RunWatch(new RunWatch.Means(runs, keeper, recorder, supply, listeners, search), settings);
    }

    /** Works until nothing is left for this run; gives back what is, and frees its worker, whatever happens. */
    public void run(UUID runId) {
        var run = runs.find(runId);
        if (run == null) {
            run = supply.adopt(runId);
        }
        if (run == null || !run.takeUp()) {
            return;
        }
        MDC.put("run", runId.toString());
        try {
            work(run);
        } finally {
            end(run);
            MDC.remove("run");
        }
    }

    private void work(ActiveRun run) {
        var more = true;
        while (more && !run.isAbandoned()) {
            try {
                drain(run);
                more = !isOver(run) && takeNext(run);
            } catch (DataAccessException | TransactionException e) {
                if (!Database.isAway(e) && !Database.isRepeatable(e)) {
                    throw e;
                }
                waitForTheDatabase(run, e);
                more = !isOver(run);
            }
        }
    }

    private boolean takeNext(ActiveRun run) {
        var next = supply.next(run);
        run.add(next);
        return !next.isEmpty();
    }

    private static void waitForTheDatabase(ActiveRun run, RuntimeException e) {
        log.atDebug()
                .addKeyValue("run", run.run().runId())
                .log("The database is away; the run waits: {}", e.toString());
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    private boolean isOver(ActiveRun run) {
        return run.age().compareTo(settings.slice()) >= 0
                || run.items() >= settings.maxItems()
                || !lease.mayStart()
                || supply.shouldYield(run);
    }

    private void end(ActiveRun run) {
        try {
            keeper.record(run);
            keeper.giveBack(run, run.surrender());
        } catch (RuntimeException e) {
            log.atError()
                    .addKeyValue("run", run.run().runId())
                    .setCause(e)
                    .log("A run could not give its lanes back; its node's heartbeat will");
        } finally {
            runs.remove(run);
            supply.ended(run);
        }
    }

    /** Chunk after chunk until the run holds no lane or its time is up. */
    private void drain(ActiveRun run) {
        while (!run.isAbandoned()) {
            var lanes = run.lanes();
            if (lanes.isEmpty()) {
                return;
            }
            drainChunk(run, lanes);
            if (isOver(run)) {
                return;
            }
        }
    }

    private void drainChunk(ActiveRun run, List<OwnedLane> lanes) {
        // What an interrupted chunk has left must not be read, and run, again.
        keeper.record(run);
        var perLane = Math.max(1, settings.chunk() / lanes.size());
        var byLane = read(lanes, perLane);
        var began = System.nanoTime();
        for (var lane : lanes) {
            var items = byLane.getOrDefault(lane.laneId(), List.of());
            if (items.isEmpty() && !byLane.isEmpty()) {
                continue; // beyond the bytes of this chunk; its turn comes with the next
            }
            new LaneWalk(run, lane, items, began).walk();
            if (isChunkOver(began) || run.isAbandoned() || run.items() >= settings.maxItems()) {
                break;
            }
        }
        keeper.record(run);
    }

    private boolean isChunkOver(long began) {
        return System.nanoTime() - began >= settings.chunkTime().toNanos() || !lease.mayStart();
    }

    private Map<UUID, List<WaitingItem>> read(List<OwnedLane> lanes, int perLane) {
        var overtaken =
                lanes.stream().filter(this::isOvertaken).map(OwnedLane::laneId).collect(Collectors.toSet());
        var limits = new WaitingItemSearch.Limits(perLane, settings.chunkBytes());
        return search.first(lanes.stream().map(OwnedLane::laneId).toList(), overtaken, limits, clock.instant()).stream()
                .collect(Collectors.groupingBy(WaitingItem::laneId, LinkedHashMap::new, Collectors.toList()));
    }

    /** Else as many items that wait for their retry as are read at once would hide all that come behind them. */
    private boolean isOvertaken(OwnedLane lane) {
        var handler = handlers.find(lane.handlerId());
        return handler != null && HandlerExecution.isOvertaking(handler);
    }

    /** One lane's turn in a chunk: its due items in order, until one is not due or the chunk's time is up. */
    private final class LaneWalk {

        private final ActiveRun run;
        private final OwnedLane lane;
        private final List<WaitingItem> items;
        private final long began;
        private final Chunk chunk;
        private Next next = Next.KEEP;
        private boolean gone;
        private boolean overtake;

        LaneWalk(ActiveRun run, OwnedLane lane, List<WaitingItem> items, long began) {
            this.run = run;
            this.lane = lane;
            this.items = items;
            this.began = began;
            var handler = handlers.find(
                    items.isEmpty() ? lane.handlerId() : items.get(0).handlerId());
            this.overtake = handler != null && HandlerExecution.isOvertaking(handler);
            this.chunk = new Chunk(lane, overtake);
        }

        void walk() {
            if (!run.enter(lane, items.stream().map(WaitingItem::itemId).toList(), chunk)) {
                return;
            }
            MDC.put("lane", lane.laneId().toString());
            try {
                next = items.isEmpty() ? Next.RELEASE : Next.KEEP;
                for (var i = 0; i < items.size() && step(items.get(i)); i++) {}
            } finally {
                MDC.remove("lane");
                if (gone) {
                    run.leave();
                } else {
                    run.leave(chunk.take(next));
                }
            }
        }

        /** @return whether the next item of the lane may be looked at */
        private boolean step(WaitingItem item) {
            var handler = handlers.find(item.handlerId());
            if (handler == null || !supply.mayRun(item.handlerId())) {
                next = Next.RELEASE;
                return false;
            }
            if (item.dueAt().isAfter(clock.instant())) {
                next = Next.RELEASE;
                return overtake;
            }
            if (!lease.mayStart() || run.isAbandoned()) {
                return false;
            }
            var suspect = lane.suspectUntil() != null && item.itemId() <= lane.suspectUntil();
            if (suspect && !beginSuspect(item)) {
                return false;
            }
            if (!handle(handler, item)) {
                return false;
            }
            if (suspect && !flush()) {
                return false;
            }
            return !isChunkOver(began) && run.items() < settings.maxItems();
        }

        /** A suspect runs alone: what was done before is recorded, then its start, then it runs. */
        private boolean beginSuspect(WaitingItem item) {
            if (!flush()) {
                return false;
            }
            gone = !recorder.begin(run.run(), lane, item.itemId());
            if (gone) {
                run.release(lane.laneId());
            }
            return !gone;
        }

        private boolean handle(HandlerDefinition handler, WaitingItem item) {
            if (handler.call().transaction() != null && !flush()) {
                return false;
            }
            if (!run.start(handler.id(), item)) {
                return true;
            }
            var started = System.nanoTime();
            var executed = executeWatched(handler, item);
            supply.measured(item.handlerId(), System.nanoTime() - started);
            return conclude(handler, item, executed);
        }

        private Executed executeWatched(HandlerDefinition handler, WaitingItem item) {
            MDC.put("handler", handler.id());
            MDC.put("item", Long.toString(item.itemId()));
            MDC.put("attempt", Integer.toString(item.attempts() + 1));
            try {
                listeners.started(handler.id(), item);
                return execution.execute(run, handler, lane, item);
            } finally {
                run.stopWorking();
                listeners.left(handler.id(), item);
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
                listeners.ended(handler.id(), item, committed.result());
                chunk.add(handler.id(), item, committed.result());
                keeper.settle(run, List.of(chunk.take(Next.KEEP)), committed.recorded());
                return ours(committed.recorded().kept().contains(lane.laneId()));
            }
            if (executed instanceof LaneLost lost) {
                listeners.dropped(List.of(new RunListener.Result(handler.id(), item, lost.result())));
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
            listeners.ended(handler.id(), item, result);
            chunk.add(handler.id(), item, result);
            if (result instanceof ItemResult.Retry && !overtake && !lane.bundle()) {
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
            if (chunk.isEmpty()) {
                return true;
            }
            keeper.record(run, List.of(chunk.take(Next.KEEP)));
            return ours(run.holds(lane.laneId()));
        }
    }
}

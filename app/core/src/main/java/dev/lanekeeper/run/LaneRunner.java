package dev.lanekeeper.run;

import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.work.BundleSplitter;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LockNeed;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.Recorded;
import dev.lanekeeper.work.ResultRecorder;
import dev.lanekeeper.work.RunLocker;
import dev.lanekeeper.work.SuspectRecorder;
import dev.lanekeeper.work.WaitingItem;
import dev.lanekeeper.work.WaitingItemSearch;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
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
    private static final int MOST_SWEPT = 10_000;

    private final ActiveRuns runs;
    private final RegisteredHandlers handlers;
    private final RunSupply supply;
    private final RunSettings settings;
    private final Lease lease;
    private final Clock clock;
    private final WaitingItemSearch search;
    private final ResultRecorder recorder;
    private final BundleSplitter splitter;
    private final ResultKeeper keeper;
    private final ListenerGuard listeners;
    private final RunLocker locker;
    private final RemoteLocks remote;
    private final LaneWalk.Means means;

    /** What runs need of the rest of the house. */
    public record Neighbours(
            ActiveRuns runs,
            RegisteredHandlers handlers,
            LiveSettings settings,
            RunSupply supply,
            Lease lease,
            Deadlines deadlines,
            List<RunListener> listeners,
            RemoteLocks locks) {}

    public LaneRunner(Neighbours neighbours, RunSettings settings, Database database, Clock clock, Probe probe) {
        this.runs = neighbours.runs();
        this.handlers = neighbours.handlers();
        this.supply = neighbours.supply();
        this.lease = neighbours.lease();
        this.settings = settings;
        this.clock = clock;
        this.search = new WaitingItemSearch(database);
        this.recorder = new ResultRecorder(database, this::hasLocks, clock, probe);
        this.listeners = new ListenerGuard(neighbours.listeners());
        var execution = new HandlerExecution(
                new HandlerExecution.Means(
                        database,
                        recorder,
                        neighbours.settings(),
                        neighbours.deadlines(),
                        listeners,
                        neighbours.locks()),
                clock,
                probe);
        this.keeper = new ResultKeeper(recorder, supply, listeners, neighbours.locks());
        this.remote = neighbours.locks();
        if (remote.isUsed()) {
            recorder.forgetsWaiters();
        }
        this.locker = new RunLocker(database, recorder, clock);
        this.splitter = new BundleSplitter(database, clock);
        var locks = new LockTurn(locker, neighbours.locks(), execution, listeners, clock);
        this.means = new LaneWalk.Means(
                handlers,
                supply,
                lease,
                clock,
                keeper,
                new Suspects(new SuspectRecorder(database, clock)),
                execution,
                listeners,
                locks);
    }

    private boolean hasLocks(int handlerId) {
        var handler = handlers.find(handlerId);
        return handler != null && handler.unique() != null;
    }

    /** A lock that other applications take too may be free: who waits for it here comes again. */
    public void freed(String lock) {
        var woken = recorder.wake(List.of(LockNeed.digest(lock)));
        if (woken > 0) {
            supply.settled(new Recorded(Set.of(), Set.of(), Set.of(), List.of(), woken));
        }
    }

    /** Sweeps up what locks have left that nobody will ask for again, also when no handler needs locks any more. */
    public void sweepLocks() {
        locker.sweep(MOST_SWEPT);
    }

    /** Looks after runs that are stuck in a handler; for a thread of the node's own. */
    public RunWatch watch() {
        return new RunWatch(
                new RunWatch.Means(runs, keeper, recorder, splitter, supply, listeners, search, remote), settings);
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
        if (run.endsWithItsLanes()) {
            return false;
        }
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
        var over = chunkEnd(run);
        for (var lane : lanes) {
            var items = byLane.getOrDefault(lane.laneId(), List.of());
            if (items.isEmpty() && !byLane.isEmpty()) {
                continue; // beyond the bytes of this chunk; its turn comes with the next
            }
            new LaneWalk(means, run, lane, items, over).walk();
            if (over.getAsBoolean() || run.isAbandoned()) {
                break;
            }
        }
        keeper.record(run);
    }

    /** Whether the chunk that begins now is over: by its time, the node's lease, or the items that its run may take. */
    private BooleanSupplier chunkEnd(ActiveRun run) {
        var began = System.nanoTime();
        return () -> System.nanoTime() - began >= settings.chunkTime().toNanos()
                || !lease.mayStart()
                || run.items() >= settings.maxItems();
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
}

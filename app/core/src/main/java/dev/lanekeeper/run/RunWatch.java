package dev.lanekeeper.run;

import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.run.ActiveRun.Working;
import dev.lanekeeper.work.BundleSplitter;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.ResultRecorder;
import dev.lanekeeper.work.WaitingItemSearch;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Keeps a slow handler call from holding up what shares its run: results that are ready are recorded, lanes that have not been
 * started are given back, and so is the rest of a bundle.
 *
 * <p>Called twice a second on a thread of the node's own.
 */
public final class RunWatch {

    private static final Logger log = LoggerFactory.getLogger(RunWatch.class);
    private static final Duration STUCK = Duration.ofSeconds(1);

    private final ActiveRuns runs;
    private final ResultKeeper keeper;
    private final ResultRecorder recorder;
    private final BundleSplitter splitter;
    private final RunSupply supply;
    private final RunSettings settings;
    private final ListenerGuard listeners;
    private final WaitingItemSearch search;
    private final RemoteLocks remote;
    private final Set<Long> warned = ConcurrentHashMap.newKeySet();

    /** What it looks after runs with. */
    record Means(
            ActiveRuns runs,
            ResultKeeper keeper,
            ResultRecorder recorder,
            BundleSplitter splitter,
            RunSupply supply,
            ListenerGuard listeners,
            WaitingItemSearch search,
            RemoteLocks remote) {}

    RunWatch(Means means, RunSettings settings) {
        this.runs = means.runs();
        this.keeper = means.keeper();
        this.recorder = means.recorder();
        this.splitter = means.splitter();
        this.supply = means.supply();
        this.listeners = means.listeners();
        this.search = means.search();
        this.remote = means.remote();
        this.settings = settings;
    }

    public void look() {
        var all = runs.all();
        warned.retainAll(all.stream().map(RunWatch::workingItem).collect(Collectors.toSet()));
        if (remote.isUsed()) {
            remote.keepOnly(all.stream().flatMap(r -> r.epochs().stream()).collect(Collectors.toSet()));
        }
        for (var run : all) {
            var working = run.working();
            if (working != null && working.elapsed().compareTo(STUCK) >= 0) {
                relieve(run, working);
            }
        }
    }

    private static long workingItem(ActiveRun run) {
        var working = run.working();
        return working == null ? -1 : working.item().itemId();
    }

    /** Gives back lanes in which somebody wants something, unless they have been started; those come back by themselves. */
    public void giveBack(ActiveRun run, Set<UUID> laneIds) {
        unlessRecording(run, () -> keeper.giveBack(run, run.surrender(laneIds)));
    }

    /** A run that is recording is not stuck, and what it has in hand is about to change; the next look comes soon. */
    private static void unlessRecording(ActiveRun run, Runnable step) {
        if (run.recording().tryLock()) {
            try {
                step.run();
            } finally {
                run.recording().unlock();
            }
        }
    }

    /** Tells what was given up, with runs of this node or of others, since its workers died; after the commit. */
    public void tellWorkersLost(List<Finished> givenUp) {
        if (!givenUp.isEmpty()) {
            var byId = givenUp.stream().collect(Collectors.toMap(Finished::itemId, f -> f));
            listeners.workersLost(search.givenUp(givenUp).stream()
                    .map(found -> new RunListener.Result(
                            found.handler(),
                            found.item(),
                            Objects.requireNonNull(byId.get(found.item().itemId()))))
                    .toList());
        }
    }

    private void relieve(ActiveRun run, Working working) {
        try {
            unlessRecording(run, () -> unburden(run));
        } catch (DataAccessException | TransactionException e) {
            if (!Database.isAway(e) && !Database.isRepeatable(e)) {
                log.atError()
                        .addKeyValue("run", run.run().runId())
                        .setCause(e)
                        .log("What a run that is stuck has done so far could not be recorded; it is tried again");
            }
        }
        supply.measured(run.handlerId(), working.elapsed().toNanos());
        var overdue = working.elapsed().compareTo(settings.runningWarning()) >= 0;
        if (overdue && warned.add(working.item().itemId())) {
            log.atWarn()
                    .addKeyValue("handler", working.handler())
                    .addKeyValue("item", working.item().itemId())
                    .addKeyValue("thread", working.thread().getName())
                    .log("A handler call has been running for {}", working.elapsed());
        }
    }

    private void unburden(ActiveRun run) {
        freeWhatPeopleTook(run);
        keeper.record(run);
        var current = run.takeCurrent();
        if (current != null) {
            keeper.record(run, List.of(current));
        }
        keeper.giveBack(run, run.surrender());
        splitBundle(run);
    }

    /** Whoever takes a lock away wants others to have it now, in other applications too. */
    private void freeWhatPeopleTook(ActiveRun run) {
        var locked = remote.isUsed() ? run.locked() : null;
        if (locked != null && recorder.hasLost(locked.lane(), locked.locks())) {
            remote.freeNamed(List.of(locked.lane().epoch()));
        }
    }

    private void splitBundle(ActiveRun run) {
        var split = run.split();
        if (split != null) {
            splitter.split(run.run(), split.lane(), split.itemIds());
        }
    }
}

package dev.lanekeeper.run;

import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.run.ActiveRun.PendingLane;
import dev.lanekeeper.run.RunListener.Result;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.LaneResult;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Recorded;
import dev.lanekeeper.work.ResultRecorder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Sees to it that results are recorded, however long the database is away: they are given up only when the lanes have another
 * owner. After the commit it tells the supply and the listeners.
 */
final class ResultKeeper {

    private static final Logger log = LoggerFactory.getLogger(ResultKeeper.class);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final ResultRecorder recorder;
    private final RunSupply supply;
    private final ListenerGuard listeners;
    private final RemoteLocks remote;

    ResultKeeper(ResultRecorder recorder, RunSupply supply, ListenerGuard listeners, RemoteLocks remote) {
        this.recorder = recorder;
        this.supply = supply;
        this.listeners = listeners;
        this.remote = remote;
    }

    /** Records what the run has done so far. */
    void record(ActiveRun run) {
        run.recording().lock();
        try {
            record(run, run.takePending());
        } finally {
            run.recording().unlock();
        }
    }

    /** Waits for whoever else is recording for this run. */
    void record(ActiveRun run, List<PendingLane> lanes) {
        if (lanes.isEmpty() || run.isAbandoned()) {
            return;
        }
        run.recording().lock();
        try {
            var ours = withoutLost(lanes);
            var recorded = recordPatiently(run, ours);
            if (recorded != null) {
                settle(run, ours, recorded);
            }
        } finally {
            run.recording().unlock();
        }
    }

    /** Gives lanes back in which nothing was done. */
    void giveBack(ActiveRun run, List<OwnedLane> lanes) {
        record(
                run,
                lanes.stream()
                        .map(l ->
                                new PendingLane(new LaneResult(l, List.of(), LaneResult.Next.RELEASE, true), List.of()))
                        .toList());
    }

    /** What was done under a lock that another application has by now is not recorded; its lane is given back and it runs again. */
    private List<PendingLane> withoutLost(List<PendingLane> lanes) {
        var lost =
                remote.lost(lanes.stream().map(l -> l.result().lane().epoch()).toList());
        if (lost.isEmpty()) {
            return lanes;
        }
        return lanes.stream()
                .map(l -> lost.contains(l.result().lane().epoch()) ? dropped(l) : l)
                .toList();
    }

    private PendingLane dropped(PendingLane lane) {
        listeners.dropped(lane.told());
        var result = lane.result();
        var next = result.next() == LaneResult.Next.HOLD ? LaneResult.Next.HOLD : LaneResult.Next.RELEASE;
        return new PendingLane(
                new LaneResult(result.lane(), List.of(), next, result.overtake(), result.locks()), List.of());
    }

    private @Nullable Recorded recordPatiently(ActiveRun run, List<PendingLane> lanes) {
        var results = lanes.stream().map(PendingLane::result).toList();
        var stripped = false;
        for (var attempt = 1; !run.isAbandoned(); attempt++) {
            try {
                return recorder.record(run.run(), run.slot(), results);
            } catch (DataAccessException | TransactionException e) {
                if (Database.isAway(e) || Database.isRepeatable(e)) {
                    waitForTheDatabase(run, attempt, e);
                } else if (stripped) {
                    throw e;
                } else {
                    results = withoutFields(run, results, e);
                    stripped = true;
                }
            }
        }
        return null;
    }

    private static void waitForTheDatabase(ActiveRun run, int attempt, RuntimeException e) {
        if (attempt == 1) {
            log.atWarn()
                    .addKeyValue("run", run.run().runId())
                    .log("The database is away; results are kept until they can be recorded: {}", e.toString());
        }
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    /** The database takes the results, but not what handlers have said of them. */
    private static List<LaneResult> withoutFields(ActiveRun run, List<LaneResult> results, RuntimeException refusal) {
        log.atError()
                .addKeyValue("run", run.run().runId())
                .setCause(refusal)
                .log("The database refused the fields of these results; they are recorded without");
        return results.stream()
                .map(l -> l.with(
                        l.results().stream().map(ResultKeeper::withoutFields).toList()))
                .toList();
    }

    private static ItemResult withoutFields(ItemResult result) {
        return result instanceof Finished f ? f.withoutFields() : result;
    }

    private void tellOfLocks(List<Result> told, Map<Long, String> unlocked) {
        if (!unlocked.isEmpty()) {
            told.forEach(r -> {
                var key = unlocked.get(r.item().itemId());
                if (key != null) {
                    listeners.unlocked(r.handler(), r.item(), key);
                }
            });
        }
    }

    private void freeShared(List<PendingLane> lanes, Recorded recorded) {
        if (!remote.isUsed()) {
            return;
        }
        var named = new ArrayList<Long>();
        var all = new ArrayList<Long>();
        for (var lane : lanes) {
            var epoch = lane.result().lane().epoch();
            if (!recorded.kept().contains(lane.result().lane().laneId())) {
                all.add(epoch);
            } else if (lane.result().next() != LaneResult.Next.HOLD) {
                named.add(epoch);
            }
        }
        remote.free(all);
        remote.freeNamed(named);
    }

    /** After the commit of a handler's own transaction, or of ours. */
    void settle(ActiveRun run, List<PendingLane> lanes, Recorded recorded) {
        var told = new ArrayList<Result>();
        var dropped = new ArrayList<Result>();
        for (var lane : lanes) {
            var id = lane.result().lane().laneId();
            if (!recorded.kept().contains(id)) {
                run.release(id);
            }
            (recorded.lost().contains(id) ? dropped : told).addAll(lane.told());
        }
        freeShared(lanes, recorded);
        supply.settled(recorded);
        listeners.recorded(told);
        tellOfLocks(told, recorded.unlocked());
        listeners.dropped(dropped);
    }
}

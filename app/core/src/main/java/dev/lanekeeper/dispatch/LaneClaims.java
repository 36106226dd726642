package dev.lanekeeper.dispatch;

import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.jobs.JobRunrServer;
import dev.lanekeeper.run.ActiveRun;
import dev.lanekeeper.run.ActiveRuns;
import dev.lanekeeper.setting.LiveSettings;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LaneClaimer;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Run;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Claims READY lanes for this node: packs for new runs on its free workers, and the next pack of a run that has drained its
 * own. Asks only for handlers that are hinted at, and hints again at what a claim has left.
 *
 * <p>Safe for all threads: the dispatcher's and those of the runs.
 */
final class LaneClaims {

    private static final int MOST_LANES = 2_048;

    private final RegisteredHandlers handlers;
    private final Workers workers;
    private final Pace pace;
    private final Hints hints;
    private final LiveSettings settings;
    private final ActiveRuns runs;
    private final LaneClaimer claimer;
    private final NodeLife life;
    private final JobRunrServer jobs;
    private final Launcher launcher;
    private volatile boolean closed;

    /** What is claimed is decided by these. */
    record Rules(RegisteredHandlers handlers, Workers workers, Pace pace, Hints hints, LiveSettings settings) {}

    /** And done with these. */
    record Hands(ActiveRuns runs, LaneClaimer claimer, NodeLife life, JobRunrServer jobs, Launcher launcher) {}

    LaneClaims(Rules rules, Hands hands) {
        this.handlers = rules.handlers();
        this.workers = rules.workers();
        this.pace = rules.pace();
        this.hints = rules.hints();
        this.settings = rules.settings();
        this.runs = hands.runs();
        this.claimer = hands.claimer();
        this.life = hands.life();
        this.jobs = hands.jobs();
        this.launcher = hands.launcher();
    }

    /** From now on nothing is claimed. */
    void close() {
        closed = true;
    }

    /** Whether a run may be started on this node now. */
    boolean isOpen() {
        return !closed && life.mayStart() && jobs.isRunning();
    }

    /** Whether this node has the handler and nobody has paused it. */
    boolean mayRun(int handlerId) {
        return handlers.find(handlerId) != null && !settings.isProcessingPaused(handlerId);
    }

    /** Claims packs for as many runs as there are free workers, and starts them; false when nothing was found. */
    boolean startRuns() {
        var wanted = wanted();
        if (wanted.isEmpty()) {
            return false;
        }
        var plan = new RunPlan(workers, pace, jobs);
        Map<UUID, List<OwnedLane>> owned;
        wanted.keySet().forEach(hints::asks);
        try {
            owned = claimer.claim(life.nodeId(), wanted, plan);
        } catch (RuntimeException | Error e) {
            plan.release();
            hints.hint(wanted.keySet());
            throw e;
        } finally {
            wanted.keySet().forEach(hints::answered);
        }
        hints.hint(plan.more());
        launcher.launch(life.nodeId(), plan.reserved(), owned);
        return !owned.isEmpty();
    }

    private Map<Integer, Integer> wanted() {
        var wanted = new LinkedHashMap<Integer, Integer>();
        for (int handler : handlers.numbers()) {
            var allowed = workers.allowed(handler);
            if (allowed > 0 && mayRun(handler) && hints.take(handler)) {
                wanted.put(handler, Math.min(MOST_LANES, allowed * pace.most(handler)));
            }
        }
        return wanted;
    }

    /** A run that JobRunr has started without us, with the first lanes that are found for it; null when there are none. */
    @Nullable
    ActiveRun adopt(UUID runId) {
        for (int handler : handlers.numbers()) {
            var slots = isOpen() && mayRun(handler) ? workers.reserve(handler, 1) : List.<Integer>of();
            if (slots.isEmpty()) {
                continue;
            }
            var claimed = claimFor(runId, handler, pace.next(handler, 0));
            if (claimed.isEmpty()) {
                workers.release(handler, slots.get(0));
                continue;
            }
            var run = new ActiveRun(new Run(life.nodeId(), runId), handler, slots.get(0), claimed);
            runs.add(run);
            return run;
        }
        return null;
    }

    /** The next pack for a run that has none left; hints at its handler when there may be more. */
    List<OwnedLane> next(ActiveRun run) {
        var handler = run.handlerId();
        if (!isOpen() || !mayRun(handler) || run.run().nodeId() != life.nodeId() || !mayHaveMore(handler)) {
            return List.of();
        }
        var wanted = pace.next(handler, run.fullClaims());
        var claimed = claimFor(run.run().runId(), handler, wanted);
        run.claimed(claimed.size() >= wanted);
        if (claimed.size() >= wanted) {
            hints.hint(handler);
        }
        return claimed;
    }

    /** A claim that is under way has taken the hint, and may leave more than it finds. */
    private boolean mayHaveMore(int handler) {
        return hints.take(handler) || hints.isBeingAsked(handler);
    }

    private List<OwnedLane> claimFor(UUID runId, int handler, int wanted) {
        hints.asks(handler);
        try {
            return claimer.claim(
                            life.nodeId(),
                            Map.of(handler, wanted),
                            ready -> Map.of(runId, ready.getOrDefault(handler, List.of())))
                    .getOrDefault(runId, List.of());
        } catch (DataAccessException | TransactionException e) {
            hints.hint(handler);
            if (!Database.isAway(e) && !Database.isRepeatable(e)) {
                throw e;
            }
            return List.of();
        } finally {
            hints.answered(handler);
        }
    }
}

package dev.lanekeeper.dispatch;

import dev.lanekeeper.run.ActiveRun;
import dev.lanekeeper.run.ActiveRuns;
import dev.lanekeeper.run.Lease;
import dev.lanekeeper.run.RunWatch;
import dev.lanekeeper.work.DatabaseClock;
import dev.lanekeeper.work.LaneResult;
import dev.lanekeeper.work.LaneSearch;
import dev.lanekeeper.work.LaneSearch.Owned;
import dev.lanekeeper.work.NodeRescuer;
import dev.lanekeeper.work.NodeStore;
import dev.lanekeeper.work.NodeStore.NewNode;
import dev.lanekeeper.work.ResultRecorder;
import dev.lanekeeper.work.Run;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's life in the eyes of the others: renewed every two seconds by the database's clock; without a renewal it starts
 * nothing after six, and is dead after ten. Judges others only after ten seconds of renewals of its own without a break, so
 * that an outage of the database makes nobody dead.
 *
 * <p>{@link #beat} is called every two seconds on a thread of its own; all else may be called from any thread.
 */
public final class NodeLife implements Lease {

    private static final Logger log = LoggerFactory.getLogger(NodeLife.class);
    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final Duration DEAD = Duration.ofSeconds(10);

    private final NodeStore nodes;
    private final NodeRescuer rescuer;
    private final ResultRecorder recorder;
    private final LaneSearch lanes;
    private final DatabaseClock clock;
    private final ActiveRuns runs;
    private final NewNode self;
    private volatile long nodeId;
    private volatile long renewedNanos;
    private @Nullable Long unbrokenSince;
    private Set<Holding> unknownBefore = Set.of();
    private boolean troubled;
    private volatile long begunNanos = System.nanoTime();
    private volatile @Nullable NodeListener listener;

    /** What it takes to live. */
    record Means(
            NodeStore nodes, NodeRescuer rescuer, ResultRecorder recorder, LaneSearch lanes, DatabaseClock clock) {}

    NodeLife(Means means, ActiveRuns runs, NewNode self) {
        this.nodes = means.nodes();
        this.rescuer = means.rescuer();
        this.recorder = means.recorder();
        this.lanes = means.lanes();
        this.clock = means.clock();
        this.runs = runs;
        this.self = self;
    }

    /** Begins a new incarnation. */
    void begin() {
        var sent = System.nanoTime();
        nodeId = nodes.register(self);
        renewedNanos = sent;
        unbrokenSince = sent;
        log.atInfo().addKeyValue("node", nodeId).log("This node is known as {}", self.name());
    }

    /** Ends in peace: the node owns nothing any more. */
    void end() {
        nodes.delete(nodeId);
    }

    /** Tells the listener from now on. */
    public void listen(NodeListener told) {
        listener = told;
    }

    /** How long ago the heartbeat's thread last began a beat, whether or not the database answers. */
    public Duration sinceBeat() {
        return Duration.ofNanos(System.nanoTime() - begunNanos);
    }

    public long nodeId() {
        return nodeId;
    }

    @Override
    public boolean mayStart() {
        return System.nanoTime() - renewedNanos < LEASE.toNanos();
    }

    /**
     * Renews, judges and tidies up.
     *
     * @return whether lanes have become READY by it
     */
    boolean beat(RunWatch watch) {
        begunNanos = System.nanoTime();
        try {
            if (!renew()) {
                return false;
            }
            var freed = giveBackForgotten() + answerRequests(watch);
            if (mayJudge()) {
                freed += rescue(watch);
            }
            recovered();
            var told = listener;
            if (told != null) {
                told.beat(nodeId);
            }
            return freed > 0;
        } catch (RuntimeException e) {
            unbrokenSince = null;
            troubledBy(e);
            return false;
        }
    }

    private boolean renew() {
        var sent = System.nanoTime();
        if (!nodes.renew(nodeId, RunningItems.json(runs.all()))) {
            log.atWarn()
                    .addKeyValue("node", nodeId)
                    .log("This node was declared dead: its runs are abandoned, a new incarnation begins");
            runs.all().forEach(ActiveRun::abandon);
            begin();
            return false;
        }
        // An answer that was long in coming is a break too: the others may have waited for the same database.
        if (unbrokenSince == null || System.nanoTime() - renewedNanos > LEASE.toNanos()) {
            unbrokenSince = System.nanoTime();
        }
        renewedNanos = sent;
        clock.synchronize();
        return true;
    }

    private boolean mayJudge() {
        return unbrokenSince != null && System.nanoTime() - unbrokenSince >= DEAD.toNanos();
    }

    private int rescue(RunWatch watch) {
        var rescued = rescuer.rescue(nodeId, DEAD);
        if (!rescued.deadNodes().isEmpty() || rescued.lanes() > 0) {
            log.atWarn()
                    .addKeyValue("dead", rescued.deadNodes())
                    .addKeyValue("lanes", rescued.lanes())
                    .addKeyValue("workersLost", rescued.workersLost().size())
                    .log("Freed the lanes of nodes that died");
        }
        watch.tellWorkersLost(rescued.workersLost());
        return rescued.lanes();
    }

    /** Lanes that this node owns by the database's account and not by its own, twice in a row. */
    private int giveBackForgotten() {
        var owned = lanes.ownedBy(nodeId);
        var unknown = owned.stream().filter(this::isForgotten).toList();
        var again = unknown.stream()
                .filter(l -> unknownBefore.contains(Holding.of(l)))
                .toList();
        var locks = recorder.locksOf(again.stream().map(Owned::laneId).toList());
        again.stream()
                .collect(Collectors.groupingBy(Owned::ownerRun))
                .forEach((run, forgotten) ->
                        recorder.record(new Run(nodeId, run), Dispatcher.OWN_SLOT, nothing(forgotten, locks)));
        var seen = new HashSet<Holding>();
        unknown.forEach(l -> seen.add(Holding.of(l)));
        again.forEach(l -> seen.remove(Holding.of(l)));
        unknownBefore = seen;
        return again.size();
    }

    /** One ownership of a lane; the next run that owns it has another epoch. */
    private record Holding(UUID laneId, long epoch) {

        static Holding of(Owned lane) {
            return new Holding(lane.laneId(), lane.epoch());
        }
    }

    private boolean isForgotten(Owned lane) {
        var run = runs.find(lane.ownerRun());
        return run == null || !run.holds(lane.laneId());
    }

    private static List<LaneResult> nothing(List<Owned> lanes, Map<UUID, List<UUID>> locks) {
        return lanes.stream()
                .map(l -> new LaneResult(
                        l.lane(), List.of(), LaneResult.Next.RELEASE, true, locks.getOrDefault(l.laneId(), List.of())))
                .toList();
    }

    private int answerRequests(RunWatch watch) {
        var asked = lanes.ownedBy(nodeId).stream().filter(Owned::stopRequested).toList();
        asked.stream().collect(Collectors.groupingBy(Owned::ownerRun)).forEach((id, group) -> {
            var run = runs.find(id);
            if (run != null) {
                watch.giveBack(run, group.stream().map(Owned::laneId).collect(Collectors.toSet()));
            }
        });
        return asked.size();
    }

    private void troubledBy(RuntimeException e) {
        if (!troubled) {
            troubled = true;
            log.atWarn()
                    .addKeyValue("node", nodeId)
                    .log("The heartbeat failed; it is tried again: {}", Objects.toString(e));
            var told = listener;
            if (told != null) {
                told.troubled("The heartbeat does not reach the database", e);
            }
        }
    }

    private void recovered() {
        if (troubled) {
            troubled = false;
            log.atInfo().addKeyValue("node", nodeId).log("The heartbeat is back");
        }
    }
}

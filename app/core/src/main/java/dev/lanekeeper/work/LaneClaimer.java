package dev.lanekeeper.work;

import dev.lanekeeper.work.LaneStore.Assignment;
import dev.lanekeeper.work.LaneStore.OwnedBy;
import dev.lanekeeper.work.LaneStore.ReadyLane;
import dev.lanekeeper.work.Probe.Step;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Gives READY lanes to runs, oldest first, in one transaction that keeps the node from being declared dead meanwhile.
 *
 * <p>Called by the dispatcher and by runs that have come to their end.
 */
public final class LaneClaimer {

    private final Database database;
    private final LaneStore lanes;
    private final NodeStore nodes;
    private final Probe probe;

    public LaneClaimer(Database database, Clock clock, Probe probe) {
        this.database = database;
        this.lanes = new LaneStore(database, clock);
        this.nodes = new NodeStore(database);
        this.probe = probe;
    }

    /** Decides, inside the transaction, which run gets which of the lanes that were found, and saves what the runs need. */
    @FunctionalInterface
    public interface Distribution {

        /** @param readyByHandler lanes that are locked; those that no run gets stay READY */
        Map<UUID, List<UUID>> lanesByRun(Map<Integer, List<UUID>> readyByHandler);
    }

    /**
     * @param wantedByHandler how many lanes of each handler at most
     * @return the lanes of each run; empty when nothing was READY or the node has been declared dead
     */
    public Map<UUID, List<OwnedLane>> claim(
            long nodeId, Map<Integer, Integer> wantedByHandler, Distribution distribution) {
        var claimed = database.inTransaction(() -> claimWithin(nodeId, wantedByHandler, distribution));
        if (!claimed.isEmpty()) {
            probe.reached(Step.CLAIMED);
        }
        return claimed;
    }

    private Map<UUID, List<OwnedLane>> claimWithin(
            long nodeId, Map<Integer, Integer> wantedByHandler, Distribution distribution) {
        if (!nodes.guardAndHoldAlive(nodeId)) {
            return Map.of();
        }
        var ready = lanes.lockReady(wantedByHandler).stream()
                .collect(Collectors.groupingBy(
                        ReadyLane::handlerId, Collectors.mapping(ReadyLane::laneId, Collectors.toList())));
        if (ready.isEmpty()) {
            return Map.of();
        }
        var assignments = new ArrayList<Assignment>();
        distribution
                .lanesByRun(ready)
                .forEach((run, ids) -> ids.forEach(lane -> assignments.add(new Assignment(lane, run))));
        var owned = lanes.own(nodeId, assignments).stream()
                .collect(Collectors.groupingBy(OwnedBy::runId, Collectors.mapping(OwnedBy::lane, Collectors.toList())));
        probe.reached(Step.CLAIM_BEFORE_COMMIT);
        return owned;
    }
}

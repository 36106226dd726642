package dev.lanekeeper.work;

import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.RequestStore.Discarded;
import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Moves items that have not been started from a bundle whose current item takes long; on the node's watch, in a transaction of its own. */
public final class BundleSplitter {

    private final Database database;
    private final LaneStore lanes;
    private final ItemStore items;
    private final RequestStore requests;
    private final TallyStore tallies;
    private final Clock clock;

    public BundleSplitter(Database database, Clock clock) {
        this.database = database;
        this.lanes = new LaneStore(database, clock);
        this.items = new ItemStore(database);
        this.requests = new RequestStore(database);
        this.tallies = new TallyStore(database, clock);
        this.clock = clock;
    }

    /**
     * Moves them to a READY bundle of their own.
     *
     * @return how many were moved; none when the lane is no longer this run's
     */
    public int split(Run run, OwnedLane bundle, List<Long> itemIds) {
        return database.inTransaction(() -> {
            database.guardLanes();
            var locked = lanes.lockOwned(run.runId(), List.of(bundle));
            if (locked.isEmpty()) {
                return 0;
            }
            var other = LaneIds.bundle(clock);
            var moved = items.moveTogether(bundle.laneId(), other, itemIds);
            var discarded = requests.follow(bundle.laneId(), other) == 0
                    ? List.<Discarded>of()
                    : requests.apply(List.of(other), clock.instant());
            if (moved > discarded.size()) {
                lanes.add(List.of(new Addition(other, bundle.handlerId(), moved - discarded.size(), true)));
            }
            if (moved > 0) {
                lanes.keep(Map.of(bundle.laneId(), locked.get(0).waiting() - moved));
            }
            count(run, discarded);
            return moved;
        });
    }

    private void count(Run run, List<Discarded> discarded) {
        var byHandler = new HashMap<Integer, Tally>();
        discarded.forEach(
                d -> byHandler.computeIfAbsent(d.handlerId(), Tally::new).add(Count.DISCARDED, 1));
        tallies.add(run.nodeId(), TallyStore.PEOPLE, byHandler.values());
    }
}

package dev.lanekeeper.work;

import java.time.Clock;
import java.util.List;
import java.util.function.IntPredicate;

/** Writes down that items start which may have killed a process; each in a transaction of its own, on the run's thread. */
public final class SuspectRecorder {

    private final Database database;
    private final LaneStore lanes;
    private final ItemStore items;

    public SuspectRecorder(Database database, Clock clock) {
        this.database = database;
        this.lanes = new LaneStore(database, clock);
        this.items = new ItemStore(database);
    }

    /** Whether a suspect may start. */
    public enum Begun {
        /** Its start is on record. */
        YES,
        NOT_NOW,
        /** The lane is no longer this run's. */
        GONE
    }

    /** @param mayBegin is told how often the item was at work when a process died; may be asked more than once */
    public Begun begin(Run run, OwnedLane lane, long itemId, IntPredicate mayBegin) {
        return database.inTransaction(() -> {
            database.guardLanes();
            if (lanes.lockOwned(run.runId(), List.of(lane)).isEmpty()) {
                return Begun.GONE;
            }
            if (!mayBegin.test(items.strikes(lane.laneId(), itemId))) {
                return Begun.NOT_NOW;
            }
            items.begin(lane.laneId(), itemId);
            return Begun.YES;
        });
    }
}

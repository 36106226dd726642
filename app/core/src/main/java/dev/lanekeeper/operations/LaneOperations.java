package dev.lanekeeper.operations;

import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LaneChangeStore;
import java.time.Clock;
import java.util.UUID;

/**
 * What a person may do to one lane.
 *
 * <p>Called from any thread, in no transaction.
 */
public final class LaneOperations {

    private final Journal journal;
    private final LaneChangeStore lanes;

    public LaneOperations(Database database, Clock clock) {
        this.journal = new Journal(database);
        this.lanes = new LaneChangeStore(database, clock);
    }

    /** Stops a lane until it is unparked; what arrives meanwhile queues. */
    public LaneAnswer park(UUID laneId, Operator by) {
        return journal.write(by, "park", "lane:" + laneId, () -> {
            var lane = lanes.lock(laneId).orElse(null);
            if (lane == null) {
                return LaneAnswer.NOT_FOUND;
            }
            if (lane.parked()) {
                return LaneAnswer.ALREADY_PARKED;
            }
            lanes.park(laneId, by.name(), by.reason());
            lanes.requestStop(laneId);
            return lane.isOwned() ? LaneAnswer.REQUESTED : LaneAnswer.PARKED;
        });
    }

    /** Lets a lane go on, whoever or whatever parked it. */
    public LaneAnswer unpark(UUID laneId, Operator by) {
        return journal.write(by, "unpark", "lane:" + laneId, () -> {
            var lane = lanes.lock(laneId).orElse(null);
            if (lane == null) {
                return LaneAnswer.NOT_FOUND;
            }
            if (!lane.parked()) {
                return LaneAnswer.NOT_PARKED;
            }
            lanes.unpark(lane);
            return LaneAnswer.UNPARKED;
        });
    }
}

package dev.lanekeeper.work;

import dev.lanekeeper.work.LaneStore.Addition;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The statements with which a person changes one lane; each is called in a transaction that holds no lane but this one. */
public final class LaneChangeStore {

    private final Database database;
    private final LaneStore lanes;
    private final Clock clock;

    public LaneChangeStore(Database database, Clock clock) {
        this.database = database;
        this.lanes = new LaneStore(database, clock);
        this.clock = clock;
    }

    /**
     * A lane's row, locked until the transaction ends.
     *
     * @param ownerNode the node whose run works on it; {@code null} when it is nobody's
     * @param parkedItem the item whose failure parked it; {@code null} when a person did, or when it is not parked
     */
    public record HeldLane(
            UUID laneId,
            int waiting,
            @Nullable Long ownerNode,
            boolean parked,
            @Nullable Long parkedItem) {

        public boolean isOwned() {
            return ownerNode != null;
        }

        public boolean isParkedBy(long itemId) {
            return parked && parkedItem != null && parkedItem == itemId;
        }
    }

    public Optional<HeldLane> lock(UUID laneId) {
        return database.sql("""
                        SELECT lane_id, waiting, owner_node, parked_at IS NOT NULL AS parked, parked_item
                          FROM lanekeeper.lane
                         WHERE lane_id = ?
                           FOR UPDATE
                        """).param(laneId).query(HeldLane.class).optional();
    }

    /** A new lane for an item without a resource. */
    public UUID newBundle() {
        return LaneIds.bundle(clock);
    }

    /** Makes room for one more item; locks the lane, creates it if need be, and leaves its state and due time as they are. */
    public HeldLane makeRoom(UUID laneId, int handlerId, boolean bundle) {
        lanes.add(List.of(new Addition(laneId, handlerId, 1, bundle)));
        return lock(laneId).orElseThrow(() -> new IllegalStateException("lane " + laneId + " vanished under its lock"));
    }

    /** One item fewer waits in a lane that nobody owns; the last one takes the lane with it, unless it is parked. */
    public void takeOne(HeldLane lane) {
        if (lane.waiting() == 1 && !lane.parked()) {
            close(lane);
        } else {
            database.sql("UPDATE lanekeeper.lane SET waiting = waiting - 1 WHERE lane_id = ?")
                    .param(lane.laneId())
                    .update();
        }
    }

    /**
     * Finds anew when a lane is due that nobody owns: at once if any item is, else with its earliest one. A run that comes
     * while the head still waits for its retry gives the lane back, so that too early harms no order; too late would.
     */
    public void rearm(UUID laneId) {
        var now = Database.timestamp(clock.instant());
        database.sql("""
                        UPDATE lanekeeper.lane AS l
                           SET due_at = CASE WHEN first.due_at <= ? THEN least(l.due_at, ?) ELSE first.due_at END,
                               handler_id = first.handler_id
                          FROM (SELECT i.due_at, i.handler_id
                                  FROM lanekeeper.lane_item AS i
                                 WHERE i.lane_id = ?
                                 ORDER BY greatest(i.due_at, ?), i.item_id
                                 LIMIT 1) AS first
                         WHERE l.lane_id = ? AND l.owner_run IS NULL
                        """)
                .param(now)
                .param(now)
                .param(laneId)
                .param(now)
                .param(laneId)
                .update();
    }

    /** Asks the run that owns the lane to give it back after the item that it handles. */
    public void requestStop(UUID laneId) {
        database.sql("UPDATE lanekeeper.lane SET stop_requested = true WHERE lane_id = ? AND owner_run IS NOT NULL")
                .param(laneId)
                .update();
    }

    public void park(UUID laneId, String operator, @Nullable String reason) {
        database.sql("""
                        UPDATE lanekeeper.lane
                           SET parked_at = ?, parked_by = ?, park_reason = ?, parked_item = NULL
                         WHERE lane_id = ?
                        """)
                .param(Database.timestamp(clock.instant()))
                .param(Texts.safe(operator))
                .param(Texts.safe(reason))
                .param(laneId)
                .update();
    }

    /** Lets a lane go on; one in which nothing waits, and on which nobody works, has no reason to be any more. */
    public void unpark(HeldLane lane) {
        if (lane.waiting() == 0 && !lane.isOwned()) {
            close(lane);
            return;
        }
        database.sql("""
                        UPDATE lanekeeper.lane
                           SET parked_at = NULL, parked_by = NULL, park_reason = NULL, parked_item = NULL
                         WHERE lane_id = ?
                        """).param(lane.laneId()).update();
        rearm(lane.laneId());
    }

    private void close(HeldLane lane) {
        database.sql("DELETE FROM lanekeeper.lane WHERE lane_id = ?")
                .param(lane.laneId())
                .update();
    }
}

package dev.lanekeeper.work;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What stands in the tables, read with statements that are not the product's. */
final class Tables {

    private final Corridor corridor;

    Tables(Corridor corridor) {
        this.corridor = corridor;
    }

    /** @param late whether it is due later than what is first in it */
    record LaneRow(UUID laneId, long epoch, @Nullable UUID ownerRun, boolean parked, boolean late) {}

    List<LaneRow> lanes() {
        return corridor.database
                .sql("""
                        SELECT l.lane_id, l.epoch, l.owner_run, l.parked_at IS NOT NULL AS parked,
                               l.due_at > greatest(?, (SELECT i.due_at
                                                         FROM lanekeeper.lane_item AS i
                                                        WHERE i.lane_id = l.lane_id
                                                        ORDER BY i.item_id
                                                        LIMIT 1)) AS late
                          FROM lanekeeper.lane AS l
                         ORDER BY l.bundle, l.lane_id
                        """)
                .param(Database.timestamp(corridor.clock.instant()))
                .query((row, n) -> new LaneRow(
                        row.getObject(1, UUID.class),
                        row.getLong(2),
                        row.getObject(3, UUID.class),
                        row.getBoolean(4),
                        row.getBoolean(5)))
                .list();
    }

    /** Of a lane that is not parked. */
    record WaiterRow(long itemId, UUID digest, @Nullable Instant wokenAt, Instant dueAt) {}

    List<WaiterRow> waiters() {
        return corridor.database
                .sql("""
                        SELECT w.item_id, w.digest, w.woken_at, i.due_at
                          FROM lanekeeper.lock_waiter AS w
                          JOIN lanekeeper.lane_item AS i ON i.item_id = w.item_id
                          JOIN lanekeeper.lane AS l ON l.lane_id = i.lane_id
                         WHERE l.parked_at IS NULL
                        """)
                .query((row, n) -> new WaiterRow(
                        row.getLong(1),
                        row.getObject(2, UUID.class),
                        row.getObject(3) == null ? null : instant(row, 3),
                        instant(row, 4)))
                .list();
    }

    private static Instant instant(ResultSet row, int place) throws SQLException {
        return row.getObject(place, OffsetDateTime.class).toInstant();
    }

    record LockRow(
            UUID digest,
            long token,
            UUID laneId,
            long epoch,
            @Nullable Instant expiresAt) {}

    /** All of them, also those that hold nothing any more. */
    List<LockRow> locks() {
        return corridor.database
                .sql("""
                        SELECT digest, token, lane_id, epoch, expires_at
                          FROM lanekeeper.run_lock
                         ORDER BY token, name
                        """)
                .query((row, n) -> new LockRow(
                        row.getObject(1, UUID.class),
                        row.getLong(2),
                        row.getObject(3, UUID.class),
                        row.getLong(4),
                        row.getObject(5) == null ? null : instant(row, 5)))
                .list();
    }

    Map<Long, State> outcomes() {
        return corridor
                .database
                .sql("SELECT item_id, state FROM lanekeeper.outcome")
                .query((row, n) -> Map.entry(row.getLong(1), State.of(row.getInt(2))))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** Items by their offsets, with the lanes that they were stored in. */
    record ItemRow(long itemId, long offset, UUID laneId) {}

    List<ItemRow> itemsFrom(long offset) {
        return corridor.database
                .sql("""
                        SELECT item_id, kafka_offset, lane_id
                          FROM lanekeeper.work_item
                         WHERE kafka_offset >= ?
                         ORDER BY item_id
                        """)
                .param(offset)
                .query((row, n) -> new ItemRow(row.getLong(1), row.getLong(2), row.getObject(3, UUID.class)))
                .list();
    }
}

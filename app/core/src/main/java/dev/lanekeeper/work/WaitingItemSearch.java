package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.work.ItemResult.Finished;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Reads the items that runs are about to handle. */
public final class WaitingItemSearch {

    /** A lane may have millions of later items; whether it is a thousand or more changes nobody's mind. */
    private static final int MOST_OVERTAKING = 1_000;

    private final Database database;

    public WaitingItemSearch(Database database) {
        this.database = database;
    }

    /** The first items of each lane, lane by lane, in the order of their places; due or not. */
    public List<WaitingItem> first(List<UUID> lanes, int perLane, long bytes) {
        return first(lanes, Set.of(), new Limits(perLane, bytes), Instant.EPOCH);
    }

    /**
     * How much is read.
     *
     * @param perLane how many items of each lane at most
     * @param bytes how much payload at most in all; at least one item is read whatever its size
     */
    public record Limits(int perLane, long bytes) {}

    /**
     * The first items of each lane, lane by lane, in the order of their places.
     *
     * @param overtaken those of the lanes in which items that are not due are passed over; of the others they are read too
     */
    public List<WaitingItem> first(List<UUID> lanes, Set<UUID> overtaken, Limits limits, Instant now) {
        return database.sql("""
                        SELECT i.lane_id, i.item_id, i.handler_id, i.ctid::text AS ctid, i.due_at, i.attempts, w.polled_at, w.stored_at,
                               w.retry_of, w.resource, w.intake_error, w.topic, w.partition, w.kafka_offset, w.produced_at, w.event_key,
                               w.payload, w.headers, w.key_id
                          FROM (SELECT l.*, k.place,
                                       sum(l.bytes::bigint) OVER so_far AS bytes_so_far,
                                       row_number() OVER so_far AS number
                                  FROM unnest(?::uuid[], ?::boolean[]) WITH ORDINALITY AS k (lane_id, overtaken, place)
                                 CROSS JOIN LATERAL (
                                       SELECT lane_id, item_id, handler_id, ctid, due_at, attempts, bytes
                                         FROM lanekeeper.lane_item
                                        WHERE lane_id = k.lane_id AND (NOT k.overtaken OR due_at <= ?)
                                        ORDER BY lane_id, item_id
                                        LIMIT ?) AS l
                                WINDOW so_far AS (ORDER BY k.place, l.item_id ROWS UNBOUNDED PRECEDING)) AS i
                         CROSS JOIN LATERAL (
                               SELECT *
                                 FROM lanekeeper.work_item
                                WHERE item_id = i.item_id
                                LIMIT 1) AS w
                         WHERE i.bytes_so_far <= ? OR i.number = 1
                         ORDER BY i.place, i.item_id
                        """)
                .param(Database.uuids(lanes))
                .param(lanes.stream().map(overtaken::contains).toArray(Boolean[]::new))
                .param(Database.timestamp(now))
                .param(limits.perLane())
                .param(limits.bytes())
                .query((row, n) -> item(row))
                .list();
    }

    /** An item that is no longer waiting, and the name of its handler, which this node may not have. */
    public record GivenUp(String handler, WaitingItem item) {}

    /** Items that have just been given up, as their last attempts found them. */
    public List<GivenUp> givenUp(List<Finished> results) {
        return database.sql("""
                        SELECT h.name, w.lane_id, w.item_id, w.handler_id, NULL AS ctid, w.stored_at AS due_at, k.attempts - 1 AS attempts,
                               w.polled_at, w.stored_at, w.retry_of, w.resource, w.intake_error, w.topic, w.partition,
                               w.kafka_offset, w.produced_at, w.event_key, w.payload, w.headers, w.key_id
                          FROM unnest(?::bigint[], ?::int[]) AS k (item_id, attempts)
                          JOIN lanekeeper.work_item AS w ON w.item_id = k.item_id
                          JOIN lanekeeper.handler AS h ON h.handler_id = w.handler_id
                        """)
                .param(results.stream().mapToLong(Finished::itemId).toArray())
                .param(results.stream().mapToInt(Finished::attempts).toArray())
                .query((row, n) -> new GivenUp(row.getString("name"), item(row)))
                .list();
    }

    /** The same item with the content that it has now, which another with the same key may have given it. */
    public WaitingItem renewed(WaitingItem item) {
        return database.sql("""
                        SELECT topic, partition, kafka_offset, produced_at, polled_at, event_key, payload, headers
                          FROM lanekeeper.work_item
                         WHERE item_id = ?
                        """)
                .param(item.itemId())
                .query((row, n) -> item.with(item.resource(), item.intakeError(), event(row), item.unreadable()))
                .single();
    }

    /** How many of the later items of the same lane are done; looks at the next thousand. */
    public long overtakenBy(UUID laneId, long itemId) {
        return database.sql("""
                        SELECT count(*)
                          FROM (SELECT item_id
                                  FROM lanekeeper.work_item
                                 WHERE lane_id = ? AND item_id > ? AND resource IS NOT NULL
                                 ORDER BY item_id
                                 LIMIT ?) AS later
                          JOIN lanekeeper.outcome AS o ON o.item_id = later.item_id
                         WHERE o.state = 1
                        """)
                .param(laneId)
                .param(itemId)
                .param(MOST_OVERTAKING)
                .query(Long.class)
                .single();
    }

    private static RawEvent event(ResultSet row) throws SQLException {
        var topic = row.getString("topic");
        return new RawEvent(
                topic,
                topic == null ? -1 : row.getInt("partition"),
                topic == null ? -1 : row.getLong("kafka_offset"),
                producedAt(row),
                row.getBytes("event_key"),
                row.getBytes("payload"),
                Headers.decode(row.getBytes("headers")));
    }

    private static WaitingItem item(ResultSet row) throws SQLException {
        return new WaitingItem(
                row.getObject("lane_id", UUID.class),
                row.getLong("item_id"),
                row.getInt("handler_id"),
                row.getString("ctid"),
                instant(row, "due_at"),
                row.getInt("attempts"),
                instant(row, "polled_at"),
                instant(row, "stored_at"),
                row.getObject("retry_of") != null,
                row.getString("resource"),
                row.getString("intake_error"),
                event(row),
                row.getObject("key_id", Long.class),
                null);
    }

    /** What no producer has given a time to counts as produced when it came. */
    private static Instant producedAt(ResultSet row) throws SQLException {
        var producedAt = row.getObject("produced_at", OffsetDateTime.class);
        return producedAt == null ? instant(row, "polled_at") : producedAt.toInstant();
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}

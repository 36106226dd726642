package dev.lanekeeper.console.item;

import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LaneIds;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/**
 * Finds the items that one index says may match, from a place on and no further than asked. Each method is one index, read
 * from its end; which of them to take is decided in {@link Ways}.
 */
final class CandidateSearch {

    /** So many that have a time are passed over in search of those that have none. */
    private static final int PASSED_OVER = 20_000;

    private final BoundedSearch search;

    CandidateSearch(BoundedSearch search) {
        this.search = search;
    }

    List<Place> all(long below, int limit) {
        return ids(search.sql("""
                        SELECT item_id
                          FROM lanekeeper.work_item
                         WHERE item_id < ?
                         ORDER BY item_id DESC
                         LIMIT ?
                        """).param(below).param(limit));
    }

    List<Place> ofHandler(int handlerId, long below, int limit) {
        return ids(search.sql("""
                        SELECT item_id
                          FROM lanekeeper.work_item
                         WHERE handler_id = ? AND item_id < ?
                         ORDER BY handler_id DESC, item_id DESC
                         LIMIT ?
                        """).param(handlerId).param(below).param(limit));
    }

    List<Place> ofTopic(String topic, long below, int limit) {
        return ids(search.sql("""
                        SELECT item_id
                          FROM lanekeeper.work_item
                         WHERE topic = ? AND item_id < ?
                         ORDER BY topic DESC, item_id DESC
                         LIMIT ?
                        """).param(topic).param(below).param(limit));
    }

    List<Place> ofLanes(List<UUID> lanes, long below, int limit) {
        return ids(search.sql("""
                        SELECT w.item_id
                          FROM unnest(?::uuid[]) AS l (lane_id)
                         CROSS JOIN LATERAL (
                               SELECT item_id
                                 FROM lanekeeper.work_item
                                WHERE lane_id = l.lane_id AND resource IS NOT NULL AND item_id < ?
                                ORDER BY lane_id DESC, item_id DESC
                                LIMIT ?) AS w
                         ORDER BY w.item_id DESC
                         LIMIT ?
                        """)
                .param(Database.uuids(lanes))
                .param(below)
                .param(limit)
                .param(limit));
    }

    List<Place> ofEntity(String entity, long below, int limit) {
        return ids(search.sql("""
                        SELECT item_id
                          FROM lanekeeper.outcome
                         WHERE left(entity_id, 200) = left(?, 200) AND entity_id = ? AND item_id < ?
                         ORDER BY left(entity_id, 200) DESC, item_id DESC
                         LIMIT ?
                        """).param(entity).param(entity).param(below).param(limit));
    }

    List<Place> waiting(long below, int limit) {
        return ids(search.sql("""
                        SELECT item_id
                          FROM lanekeeper.lane_item
                         WHERE item_id < ?
                         ORDER BY item_id DESC
                         LIMIT ?
                        """).param(below).param(limit));
    }

    /** Those that failed, were rejected or discarded. */
    List<Place> unsuccessful(int[] states, long below, int limit) {
        return ids(search.sql("""
                        SELECT o.item_id
                          FROM unnest(?::int[]) AS s (state)
                         CROSS JOIN LATERAL (
                               SELECT item_id
                                 FROM lanekeeper.outcome
                                WHERE state = s.state AND state IN (2, 3, 4) AND item_id < ?
                                ORDER BY state DESC, item_id DESC
                                LIMIT ?) AS o
                         ORDER BY o.item_id DESC
                         LIMIT ?
                        """).param(states).param(below).param(limit).param(limit));
    }

    List<Place> failures(int[] states, Place after, int limit) {
        return times(search.sql("""
                        SELECT finished_at AS time, item_id
                          FROM lanekeeper.outcome
                         WHERE state IN (2, 3) AND state = ANY (?::int[]) AND (finished_at, item_id) < (?, ?)
                         ORDER BY finished_at DESC, item_id DESC
                         LIMIT ?
                        """).param(states), after, limit);
    }

    List<Place> failuresOfHandler(int handlerId, int[] states, Place after, int limit) {
        return times(search.sql("""
                        SELECT finished_at AS time, item_id
                          FROM lanekeeper.outcome
                         WHERE state IN (2, 3) AND handler_id = ? AND state = ANY (?::int[])
                           AND (finished_at, item_id) < (?, ?)
                         ORDER BY handler_id DESC, finished_at DESC, item_id DESC
                         LIMIT ?
                        """).param(handlerId).param(states), after, limit);
    }

    List<Place> failuresOfFingerprint(String fingerprint, int[] states, Place after, int limit) {
        return times(search.sql("""
                        SELECT finished_at AS time, item_id
                          FROM lanekeeper.outcome
                         WHERE state IN (2, 3) AND fingerprint = ? AND state = ANY (?::int[])
                           AND (finished_at, item_id) < (?, ?)
                         ORDER BY fingerprint DESC, finished_at DESC, item_id DESC
                         LIMIT ?
                        """).param(fingerprint).param(states), after, limit);
    }

    /** Done items whose handler named a time; what it did not name one for comes after them, see {@link #doneWithoutTime}. */
    List<Place> doneByEventTime(Place after, int limit) {
        return times(search.sql("""
                        SELECT event_time AS time, item_id
                          FROM lanekeeper.outcome
                         WHERE state = 1 AND event_time IS NOT NULL AND (event_time, item_id) < (?, ?)
                         ORDER BY event_time DESC, item_id DESC
                         LIMIT ?
                        """), after, limit);
    }

    List<Place> doneWithoutTime(long below, int limit) {
        return ids(search.sql("""
                        SELECT item_id
                          FROM (SELECT item_id, state, event_time
                                  FROM lanekeeper.outcome
                                 WHERE item_id < ?
                                 ORDER BY item_id DESC
                                 LIMIT ?) AS newest
                         WHERE state = 1 AND event_time IS NULL
                         ORDER BY item_id DESC
                         LIMIT ?
                        """).param(below).param(PASSED_OVER).param(limit));
    }

    List<Place> failuresByEventTime(int[] states, Place after, int limit) {
        return times(search.sql("""
                        SELECT event_time AS time, item_id
                          FROM lanekeeper.outcome
                         WHERE state IN (2, 3) AND event_time IS NOT NULL AND state = ANY (?::int[])
                           AND (event_time, item_id) < (?, ?)
                         ORDER BY event_time DESC, item_id DESC
                         LIMIT ?
                        """).param(states), after, limit);
    }

    List<Place> failuresWithoutTime(int[] states, long below, int limit) {
        return ids(search.sql("""
                        SELECT item_id
                          FROM lanekeeper.outcome
                         WHERE state IN (2, 3) AND event_time IS NULL AND state = ANY (?::int[]) AND item_id < ?
                         ORDER BY event_time DESC, item_id DESC
                         LIMIT ?
                        """).param(states).param(below).param(limit));
    }

    /** These items with the time that the handler gave the event, in the order of that list. */
    List<Place> inOrderOfEventTime(List<Place> items) {
        return places(search.sql("""
                        SELECT o.event_time AS time, o.item_id
                          FROM unnest(?::bigint[]) AS k (item_id)
                         CROSS JOIN LATERAL (
                               SELECT event_time, item_id
                                 FROM lanekeeper.outcome
                                WHERE item_id = k.item_id
                                LIMIT 1) AS o
                         ORDER BY o.event_time DESC NULLS LAST, o.item_id DESC
                        """).param(numbers(items)));
    }

    /** These items with the time at which they ended, in the order of that list. */
    List<Place> inOrderOfFinish(List<Place> items) {
        return places(search.sql("""
                        SELECT o.finished_at AS time, o.item_id
                          FROM unnest(?::bigint[]) AS k (item_id)
                         CROSS JOIN LATERAL (
                               SELECT finished_at, item_id
                                 FROM lanekeeper.outcome
                                WHERE item_id = k.item_id
                                LIMIT 1) AS o
                         ORDER BY o.finished_at DESC, o.item_id DESC
                        """).param(numbers(items)));
    }

    /** The lanes of a resource: one in each group. */
    List<UUID> lanes(String resource) {
        return search.sql("SELECT DISTINCT lane_group FROM lanekeeper.handler").query(String.class).list().stream()
                .map(group -> LaneIds.of(group, resource))
                .toList();
    }

    /** 0, which no handler has, for a name that is unknown. */
    int handlerId(String name) {
        return search.sql("SELECT handler_id FROM lanekeeper.handler WHERE name = ?")
                .param(name)
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    private record StoredItem(long itemId, Instant storedAt) {}

    /**
     * The first id at or after which nothing was stored before this time. Ids grow with time but for transactions that
     * overlap, so that the answer may be too late by as long as a transaction takes.
     */
    long firstStoredAt(Instant time) {
        var low = 0L;
        var high = search.sql("SELECT coalesce(max(item_id), 0) + 1 FROM lanekeeper.work_item")
                .query(Long.class)
                .single();
        while (low < high) {
            var middle = low + (high - low) / 2;
            var item = search.sql("""
                            SELECT item_id, stored_at
                              FROM lanekeeper.work_item
                             WHERE item_id >= ?
                             ORDER BY item_id
                             LIMIT 1
                            """).param(middle).query(StoredItem.class).optional();
            if (item.isEmpty() || !item.get().storedAt().isBefore(time)) {
                high = middle;
            } else {
                low = item.get().itemId() + 1;
            }
        }
        return low;
    }

    private static List<Place> ids(StatementSpec statement) {
        return statement.query(Long.class).list().stream()
                .map(id -> new Place(null, id))
                .toList();
    }

    private static List<Place> times(StatementSpec statement, Place after, int limit) {
        var time = after.time();
        if (time == null) {
            throw new IllegalArgumentException("A list by time does not go on behind an item without one");
        }
        return places(
                statement.param(Database.timestamp(time)).param(after.itemId()).param(limit));
    }

    /** By position: finding a column by the name of a component costs two exceptions a row, and a count reads thousands. */
    private static List<Place> places(StatementSpec statement) {
        return statement
                .query((row, n) -> new Place(instant(row), row.getLong(2)))
                .list();
    }

    private static @Nullable Instant instant(ResultSet row) throws SQLException {
        var time = row.getObject(1, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static long[] numbers(List<Place> items) {
        return items.stream().mapToLong(Place::itemId).toArray();
    }
}

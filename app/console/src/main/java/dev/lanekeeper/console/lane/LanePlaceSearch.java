package dev.lanekeeper.console.lane;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.console.lane.LaneListSearch.Counts;
import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** Finds and counts lanes by what they do; each method follows one index from a place on, no further than asked. */
final class LanePlaceSearch {

    private final BoundedSearch search;

    LanePlaceSearch(BoundedSearch search) {
        this.search = search;
    }

    /** That runs work on; the one with most to do first. */
    List<LanePlace> active(@Nullable String handler, LanePlace after, int limit) {
        return places(search.sql("""
                        SELECT waiting AS value, lane_id
                          FROM (SELECT waiting, lane_id, handler_id
                                  FROM lanekeeper.lane
                                 WHERE owner_node IS NOT NULL
                                 LIMIT 20000) AS owned
                         WHERE (waiting, lane_id) < (?, ?)
                           AND (?::text IS NULL OR handler_id = (SELECT handler_id FROM lanekeeper.handler WHERE name = ?))
                         ORDER BY waiting DESC, lane_id DESC
                         LIMIT ?
                        """)
                .param(after.value())
                .param(after.laneId())
                .param(handler)
                .param(handler)
                .param(limit));
    }

    /** Those first that wait longest for their next attempt: back-off doubles, so they have failed most often. */
    List<LanePlace> blocked(@Nullable String handler, Instant now, LanePlace after, int limit) {
        return places(search.sql("""
                        SELECT (extract(epoch FROM l.due_at) * 1000000)::bigint AS value, l.lane_id
                          FROM lanekeeper.handler AS h
                         CROSS JOIN LATERAL (
                               SELECT due_at, lane_id
                                 FROM lanekeeper.lane
                                WHERE handler_id = h.handler_id AND owner_run IS NULL AND parked_at IS NULL AND due_at > ?
                                  AND (due_at, lane_id) < (?, ?)
                                ORDER BY handler_id DESC, due_at DESC, lane_id DESC
                                LIMIT ?) AS l
                         WHERE ?::text IS NULL OR h.name = ?
                         ORDER BY l.due_at DESC, l.lane_id DESC
                         LIMIT ?
                        """)
                .param(Database.timestamp(now))
                .param(Database.timestamp(after.time()))
                .param(after.laneId())
                .param(limit)
                .param(handler)
                .param(handler)
                .param(limit));
    }

    /** Those first that have waited longest for a worker. */
    List<LanePlace> ready(@Nullable String handler, Instant now, LanePlace after, int limit) {
        return places(search.sql("""
                        SELECT (extract(epoch FROM l.due_at) * 1000000)::bigint AS value, l.lane_id
                          FROM lanekeeper.handler AS h
                         CROSS JOIN LATERAL (
                               SELECT due_at, lane_id
                                 FROM lanekeeper.lane
                                WHERE handler_id = h.handler_id AND owner_run IS NULL AND parked_at IS NULL AND due_at <= ?
                                  AND (due_at, lane_id) > (?, ?)
                                ORDER BY handler_id, due_at, lane_id
                                LIMIT ?) AS l
                         WHERE ?::text IS NULL OR h.name = ?
                         ORDER BY l.due_at, l.lane_id
                         LIMIT ?
                        """)
                .param(Database.timestamp(now))
                .param(Database.timestamp(after.time()))
                .param(after.laneId())
                .param(limit)
                .param(handler)
                .param(handler)
                .param(limit));
    }

    /** That wait for a person; the one that was parked last first. */
    List<LanePlace> parked(@Nullable String handler, LanePlace after, int limit) {
        return places(search.sql("""
                        SELECT (extract(epoch FROM parked_at) * 1000000)::bigint AS value, lane_id
                          FROM lanekeeper.lane
                         WHERE parked_at IS NOT NULL AND (parked_at, lane_id) < (?, ?)
                           AND (?::text IS NULL OR handler_id = (SELECT handler_id FROM lanekeeper.handler WHERE name = ?))
                         ORDER BY parked_at DESC, lane_id DESC
                         LIMIT ?
                        """)
                .param(Database.timestamp(after.time()))
                .param(after.laneId())
                .param(handler)
                .param(handler)
                .param(limit));
    }

    private static List<LanePlace> places(StatementSpec statement) {
        return statement
                .query((row, n) -> new LanePlace(row.getLong("value"), row.getObject("lane_id", UUID.class)))
                .list();
    }

    private record Found(long active, long ready, long blocked, long parked) {}

    Counts counts(Instant time) {
        var now = Database.timestamp(time);
        var most = ItemSearch.COUNTED + 1;
        var found = search.sql("""
                        SELECT (SELECT count(*)
                                  FROM (SELECT FROM lanekeeper.lane WHERE owner_node IS NOT NULL LIMIT ?) AS a) AS active,
                               (SELECT coalesce(sum(r.lanes), 0)::bigint
                                  FROM lanekeeper.handler AS h
                                 CROSS JOIN LATERAL (
                                       SELECT count(*) AS lanes
                                         FROM (SELECT
                                                 FROM lanekeeper.lane
                                                WHERE handler_id = h.handler_id AND owner_run IS NULL
                                                  AND parked_at IS NULL AND due_at <= ?
                                                LIMIT ?) AS counted) AS r) AS ready,
                               (SELECT coalesce(sum(b.lanes), 0)::bigint
                                  FROM lanekeeper.handler AS h
                                 CROSS JOIN LATERAL (
                                       SELECT count(*) AS lanes
                                         FROM (SELECT
                                                 FROM lanekeeper.lane
                                                WHERE handler_id = h.handler_id AND owner_run IS NULL
                                                  AND parked_at IS NULL AND due_at > ?
                                                LIMIT ?) AS counted) AS b) AS blocked,
                               (SELECT count(*)
                                  FROM (SELECT FROM lanekeeper.lane WHERE parked_at IS NOT NULL LIMIT ?) AS p) AS parked
                        """)
                .param(most)
                .param(now)
                .param(most)
                .param(now)
                .param(most)
                .param(most)
                .query(Found.class)
                .single();
        return new Counts(
                CappedCount.of(found.active(), ItemSearch.COUNTED),
                CappedCount.of(found.ready(), ItemSearch.COUNTED),
                CappedCount.of(found.blocked(), ItemSearch.COUNTED),
                CappedCount.of(found.parked(), ItemSearch.COUNTED));
    }
}

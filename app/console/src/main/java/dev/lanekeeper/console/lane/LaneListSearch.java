package dev.lanekeeper.console.lane;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LaneIds;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/**
 * Lists lanes by what they do, from one end of an index and no further than asked.
 *
 * <p>Called from web threads, in no transaction.
 */
public final class LaneListSearch {

    /** Among how many lanes the longest are looked for. */
    public static final int COMPARED = 200_000;

    private final Database database;
    private final BoundedSearch search;
    private final LaneRowSearch rows;

    public LaneListSearch(Database database) {
        this.database = database;
        this.search = new BoundedSearch(database);
        this.rows = new LaneRowSearch(search);
    }

    /**
     * One page.
     *
     * @param after where the page before ended; {@code null} for the first
     * @param handler whose item is at the head; {@code null} for any
     */
    public LanePage page(LaneList list, @Nullable String handler, @Nullable LanePlace after, int limit) {
        return search.read(() -> {
            var now = database.now();
            var start = after == null ? list.start() : after;
            var found = switch (list) {
                case ACTIVE -> active(handler, start, limit + 1);
                case BLOCKED -> blocked(handler, now, start, limit + 1);
                case READY -> ready(handler, now, start, limit + 1);
                case PARKED -> parked(handler, start, limit + 1);
                case LONGEST -> longest(handler, start, limit + 1);
            };
            var shown = found.subList(0, Math.min(limit, found.size()));
            return new LanePage(
                    rows.rows(shown.stream().map(LanePlace::laneId).toList(), now),
                    found.size() > limit ? shown.get(limit - 1) : null);
        });
    }

    /** The lanes of a resource, one in each group where something waits. */
    public List<LaneRow> ofResource(String resource) {
        return search.read(() -> {
            var lanes =
                    search.sql("SELECT DISTINCT lane_group FROM lanekeeper.handler").query(String.class).list().stream()
                            .map(group -> LaneIds.of(group, resource))
                            .toList();
            return rows.rows(lanes, database.now());
        });
    }

    /** A single one; empty when nothing waits in it. */
    public Optional<LaneRow> find(UUID laneId) {
        return search.read(
                () -> rows.rows(List.of(laneId), database.now()).stream().findFirst());
    }

    /** The ids of its first items, in the order of their places. */
    public List<Long> firstItems(UUID laneId, int limit) {
        return search.read(() ->
                search.sql("""
                        SELECT item_id
                          FROM lanekeeper.lane_item
                         WHERE lane_id = ?
                         ORDER BY lane_id, item_id
                         LIMIT ?
                        """).param(laneId).param(limit).query(Long.class).list());
    }

    private List<LanePlace> active(@Nullable String handler, LanePlace after, int limit) {
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
    private List<LanePlace> blocked(@Nullable String handler, Instant now, LanePlace after, int limit) {
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
    private List<LanePlace> ready(@Nullable String handler, Instant now, LanePlace after, int limit) {
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

    private List<LanePlace> parked(@Nullable String handler, LanePlace after, int limit) {
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

    /** No index knows lengths, as it would have to be written with each item: the table itself is read. */
    private List<LanePlace> longest(@Nullable String handler, LanePlace after, int limit) {
        search.allowWholeTables();
        return places(search.sql("""
                        SELECT waiting AS value, lane_id
                          FROM (SELECT waiting, lane_id, handler_id
                                  FROM lanekeeper.lane
                                 LIMIT ?) AS counted
                         WHERE (waiting, lane_id) < (?, ?)
                           AND (?::text IS NULL OR handler_id = (SELECT handler_id FROM lanekeeper.handler WHERE name = ?))
                         ORDER BY waiting DESC, lane_id DESC
                         LIMIT ?
                        """)
                .param(COMPARED)
                .param(after.value())
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

    /** How many lanes do what. */
    public record Counts(CappedCount active, CappedCount ready, CappedCount blocked, CappedCount parked) {}

    private record Found(long active, long ready, long blocked, long parked) {}

    public Counts counts() {
        var now = Database.timestamp(database.now());
        var most = ItemSearch.COUNTED + 1;
        var found = search.read(() -> search.sql("""
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
                .single());
        return new Counts(
                CappedCount.of(found.active(), ItemSearch.COUNTED),
                CappedCount.of(found.ready(), ItemSearch.COUNTED),
                CappedCount.of(found.blocked(), ItemSearch.COUNTED),
                CappedCount.of(found.parked(), ItemSearch.COUNTED));
    }
}

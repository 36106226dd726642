package dev.lanekeeper.console.lane;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LaneIds;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Lists lanes by what they do, from one end of an index and no further than asked.
 *
 * <p>Called from web threads, in no transaction.
 */
public final class LaneListSearch {

    private final Database database;
    private final BoundedSearch search;
    private final LanePlaceSearch places;
    private final LaneRowSearch rows;
    private final LongestLanes longest;

    public LaneListSearch(Database database, LongestLanes longest) {
        this.database = database;
        this.search = new BoundedSearch(database);
        this.places = new LanePlaceSearch(search);
        this.rows = new LaneRowSearch(search);
        this.longest = longest;
    }

    /**
     * One page.
     *
     * @param after where the page before ended; {@code null} for the first
     * @param handler whose item is at the head; {@code null} for any
     */
    public LanePage page(LaneList list, @Nullable String handler, @Nullable LanePlace after, int limit) {
        var start = after == null ? list.start() : after;
        return list == LaneList.LONGEST ? longest(handler, start, limit) : ofNow(list, handler, start, limit);
    }

    private LanePage ofNow(LaneList list, @Nullable String handler, LanePlace start, int limit) {
        return search.read(() -> {
            var now = database.now();
            var found = switch (list) {
                case ACTIVE -> places.active(handler, start, limit + 1);
                case BLOCKED -> places.blocked(handler, now, start, limit + 1);
                case READY -> places.ready(handler, now, start, limit + 1);
                case PARKED -> places.parked(handler, start, limit + 1);
                case LONGEST -> throw new IllegalArgumentException("The longest lanes are not found by an index");
            };
            return page(found, limit, now, now);
        });
    }

    /** By the lengths that were compared last, with what is so now; those that were drained meanwhile are left out. */
    private LanePage longest(@Nullable String handler, LanePlace start, int limit) {
        var seen = longest.look();
        var lengths = seen.value();
        if (lengths == null) {
            return new LanePage(List.of(), null, null);
        }
        var found = LongestLanes.behind(lengths, handler, start, limit + 1);
        return search.read(() -> page(found, limit, database.now(), seen.at()));
    }

    private LanePage page(List<LanePlace> found, int limit, Instant now, @Nullable Instant asOf) {
        var shown = found.subList(0, Math.min(limit, found.size()));
        return new LanePage(
                rows.rows(shown.stream().map(LanePlace::laneId).toList(), now),
                found.size() > limit ? shown.get(limit - 1) : null,
                asOf);
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

    /** How many lanes do what. */
    public record Counts(CappedCount active, CappedCount ready, CappedCount blocked, CappedCount parked) {}

    public Counts counts() {
        return search.read(() -> places.counts(database.now()));
    }
}

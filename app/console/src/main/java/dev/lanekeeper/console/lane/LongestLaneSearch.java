package dev.lanekeeper.console.lane;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.work.Database;
import java.util.List;
import java.util.UUID;

/**
 * Finds the lanes in which most is waiting. No index knows lengths, as it would have to be written with each item: all lanes are
 * read, which is for {@link LongestLanes} to do in the background.
 */
final class LongestLaneSearch {

    /** So many of each handler. */
    static final int MOST = 500;

    private final BoundedSearch search;

    LongestLaneSearch(Database database) {
        this.search = new BoundedSearch(database);
    }

    /** A lane, of the handler whose item was at its head. */
    record Length(String handler, LanePlace place) {}

    /** Those with more than one item, the one with most first. */
    List<Length> lengths() {
        return search.read(() -> {
            search.allowWholeTables();
            return search.sql("""
                            SELECT h.name AS handler, l.waiting, l.lane_id
                              FROM (SELECT handler_id, waiting, lane_id,
                                           row_number() OVER (PARTITION BY handler_id ORDER BY waiting DESC, lane_id DESC) AS rank
                                      FROM lanekeeper.lane
                                     WHERE waiting > 1) AS l
                              JOIN lanekeeper.handler AS h ON h.handler_id = l.handler_id
                             WHERE l.rank <= ?
                             ORDER BY l.waiting DESC, l.lane_id DESC
                            """)
                    .param(MOST)
                    .query((row, n) -> new Length(
                            row.getString("handler"),
                            new LanePlace(row.getLong("waiting"), row.getObject("lane_id", UUID.class))))
                    .list();
        });
    }
}

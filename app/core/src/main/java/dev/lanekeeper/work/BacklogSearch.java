package dev.lanekeeper.work;

import java.util.Map;
import java.util.stream.Collectors;

/** How much each handler has to do; asked by the intakes every second or so. */
public final class BacklogSearch {

    private final Database database;

    public BacklogSearch(Database database) {
        this.database = database;
    }

    private record Waiting(int handlerId, long waiting) {}

    /**
     * Unfinished items by handler; a handler without any is absent. Lanes count their own items, so this reads all lanes; of
     * lanes that several handlers share it reads all items.
     */
    public Map<Integer, Long> waiting() {
        return database.sql("""
                        WITH sharing AS MATERIALIZED (
                             SELECT handler_id
                               FROM lanekeeper.handler
                              WHERE lane_group IN (SELECT lane_group
                                                     FROM lanekeeper.handler
                                                    GROUP BY lane_group
                                                   HAVING count(*) > 1))
                        SELECT handler_id, sum(waiting) AS waiting
                          FROM lanekeeper.lane
                         WHERE handler_id NOT IN (SELECT handler_id FROM sharing)
                         GROUP BY handler_id
                        UNION ALL
                        SELECT i.handler_id, count(*)
                          FROM lanekeeper.lane_item AS i
                         WHERE i.handler_id IN (SELECT handler_id FROM sharing)
                           AND EXISTS (SELECT FROM sharing)
                         GROUP BY i.handler_id
                        """).query(Waiting.class).list().stream()
                .collect(Collectors.toMap(Waiting::handlerId, Waiting::waiting));
    }
}

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

    /** Unfinished items by handler; a handler without any is absent. Reads all lanes, so its cost grows with them. */
    public Map<Integer, Long> waiting() {
        return database.sql("""
                        SELECT handler_id, sum(waiting) AS waiting
                          FROM lanekeeper.lane
                         GROUP BY handler_id
                        """).query(Waiting.class).list().stream()
                .collect(Collectors.toMap(Waiting::handlerId, Waiting::waiting));
    }
}

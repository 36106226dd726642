package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.work.Database;
import java.util.List;

/** Tells which nodes live. */
final class HealthSearch {

    private final BoundedSearch search;

    HealthSearch(Database database) {
        this.search = new BoundedSearch(database);
    }

    /**
     * A process that works, or has until lately.
     *
     * @param silentSeconds how long ago it last said that it lives; it is given up after ten seconds
     */
    record Node(String name, String version, String roles, int workers, double silentSeconds) {}

    List<Node> nodes() {
        return search.read(() -> search.sql("""
                        SELECT name, version, roles, workers,
                               extract(epoch FROM clock_timestamp() - renewed_at)::float8 AS silent_seconds
                          FROM lanekeeper.node
                         ORDER BY name, node_id
                        """).query(Node.class).list());
    }
}

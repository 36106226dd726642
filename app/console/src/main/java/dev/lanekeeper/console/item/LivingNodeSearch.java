package dev.lanekeeper.console.item;

import dev.lanekeeper.work.Database;

/** Tells whether anybody is at work. */
public final class LivingNodeSearch {

    private final BoundedSearch search;

    public LivingNodeSearch(Database database) {
        this.search = new BoundedSearch(database);
    }

    /** Whether any node has said within ten seconds that it lives; without one nothing is run, and nothing done in bulk. */
    public boolean anybodyLives() {
        return search.read(() -> search.sql("""
                        SELECT EXISTS (
                               SELECT
                                 FROM lanekeeper.node
                                WHERE renewed_at > clock_timestamp() - interval '10 seconds')
                        """).query(Boolean.class).single());
    }
}

package dev.lanekeeper.console.housekeeping;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.operations.HousekeepingOperations;
import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What people did about old rows. */
final class HousekeepingSearch {

    private static final int SHOWN = 10;

    private final BoundedSearch search;

    HousekeepingSearch(Database database) {
        this.search = new BoundedSearch(database);
    }

    record Act(String operator, @Nullable String reason, String result, Instant doneAt) {}

    /** The newest first. */
    List<Act> acts() {
        return search.read(() -> search.sql("""
                        SELECT operator, reason, result, done_at
                          FROM lanekeeper.operation
                         WHERE target = ?
                         ORDER BY target DESC, operation_id DESC
                         LIMIT ?
                        """)
                .param(HousekeepingOperations.TARGET)
                .param(SHOWN)
                .query(Act.class)
                .list());
    }
}

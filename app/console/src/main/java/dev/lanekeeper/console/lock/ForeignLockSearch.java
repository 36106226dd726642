package dev.lanekeeper.console.lock;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LockPattern;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

/** Reads which locks items wait for that another application has, as they found it when they looked last. */
final class ForeignLockSearch {

    private static final int COUNTED = 1_000;

    /** Whoever waits looks every two seconds; who has not looked for so long knows nothing of how it stands. */
    private static final Duration LOOKED = Duration.ofSeconds(30);

    private static final LockPlace BEGINNING = new LockPlace("", new UUID(0, 0), 0);

    private final Database database;
    private final BoundedSearch search;

    ForeignLockSearch(Database database) {
        this.database = database;
        this.search = new BoundedSearch(database);
    }

    /** In the order of their names, without their owners; from behind {@code after} on. */
    List<ForeignLock> rows(LockPattern pattern, LockPlace after, int most) {
        return search.read(() -> search.sql("""
                        SELECT k.digest, k.name, k.since, w.number AS waiters, k.first, h.name AS handler
                          FROM (SELECT w.digest, w.name, min(w.since) AS since,
                                       (array_agg(w.item_id ORDER BY w.ticket))[1] AS first,
                                       (array_agg(w.handler_id ORDER BY w.ticket))[1] AS handler_id
                                  FROM lanekeeper.lock_waiter AS w
                                 WHERE w.elsewhere = 1 AND w.name LIKE ? AND (w.name, w.digest) > (?, ?)
                                   AND EXISTS (
                                       SELECT
                                         FROM lanekeeper.lane_item AS i
                                         JOIN lanekeeper.lane AS l ON l.lane_id = i.lane_id
                                        WHERE i.item_id = w.item_id AND i.due_at > ? AND l.parked_at IS NULL)
                                 GROUP BY w.name, w.digest
                                 ORDER BY w.name, w.digest
                                 LIMIT ?) AS k
                         CROSS JOIN LATERAL (
                               SELECT count(*) AS number
                                 FROM (SELECT FROM lanekeeper.lock_waiter WHERE digest = k.digest LIMIT 1000) AS first) AS w
                          LEFT JOIN LATERAL (
                               SELECT name FROM lanekeeper.handler WHERE handler_id = k.handler_id) AS h ON true
                         ORDER BY k.name, k.digest
                        """)
                .param(pattern.like())
                .param(after.name())
                .param(after.digest())
                .param(Database.timestamp(database.now().minus(LOOKED)))
                .param(most)
                .query(ForeignLockSearch::row)
                .list());
    }

    List<ForeignLock> rows(LockPattern pattern, int most) {
        return rows(pattern, BEGINNING, most);
    }

    CappedCount count(LockPattern pattern) {
        return CappedCount.of(rows(pattern, COUNTED + 1).size(), COUNTED);
    }

    boolean has(UUID digest) {
        return search.read(() -> search.sql(
                        "SELECT EXISTS (SELECT FROM lanekeeper.lock_waiter WHERE digest = ? AND elsewhere = 1)")
                .param(digest)
                .query(Boolean.class)
                .single());
    }

    private static ForeignLock row(ResultSet row, int number) throws SQLException {
        return new ForeignLock(
                row.getObject("digest", UUID.class),
                row.getString("name"),
                row.getObject("since", OffsetDateTime.class).toInstant(),
                row.getLong("waiters"),
                row.getLong("first"),
                row.getString("handler"),
                null);
    }
}

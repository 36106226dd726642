package dev.lanekeeper.console.failure;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Groups failures by fingerprint. Jumps from one fingerprint to the next in their index, so that the cost grows with the
 * number of groups and not with that of failures.
 *
 * <p>Called from web threads, in no transaction.
 */
public final class FailureGroupSearch {

    /** How many groups there may be; more than these are left out. */
    public static final int MOST = 200;

    private final BoundedSearch search;

    public FailureGroupSearch(Database database) {
        this.search = new BoundedSearch(database);
    }

    private record Found(
            @Nullable String fingerprint,
            long failures,
            Instant first,
            Instant last,
            String handler,
            long lastItem,
            @Nullable String errorMessage) {

        FailureGroup group() {
            return new FailureGroup(
                    fingerprint,
                    CappedCount.of(failures, ItemSearch.COUNTED),
                    first,
                    last,
                    handler,
                    lastItem,
                    errorMessage);
        }
    }

    /** All groups, the one that failed last first. */
    public List<FailureGroup> groups() {
        return search.read(
                () -> search.sql("""
                        WITH RECURSIVE each_one AS (
                             (SELECT fingerprint
                                FROM lanekeeper.outcome
                               WHERE state IN (2, 3) AND fingerprint IS NOT NULL
                               ORDER BY fingerprint
                               LIMIT 1)
                              UNION ALL
                             SELECT (SELECT fingerprint
                                       FROM lanekeeper.outcome
                                      WHERE state IN (2, 3) AND fingerprint > e.fingerprint
                                      ORDER BY fingerprint
                                      LIMIT 1)
                               FROM each_one AS e
                              WHERE e.fingerprint IS NOT NULL),
                        kind AS (
                             SELECT fingerprint
                               FROM each_one
                              WHERE fingerprint IS NOT NULL
                              LIMIT ?)
                        SELECT k.fingerprint, c.failures, f.finished_at AS first, l.finished_at AS last, h.name AS handler,
                               l.item_id AS last_item, left(a.error_message, 500) AS error_message
                          FROM kind AS k
                         CROSS JOIN LATERAL (
                               SELECT finished_at
                                 FROM lanekeeper.outcome
                                WHERE state IN (2, 3) AND fingerprint = k.fingerprint
                                ORDER BY fingerprint, finished_at
                                LIMIT 1) AS f
                         CROSS JOIN LATERAL (
                               SELECT finished_at, item_id, handler_id
                                 FROM lanekeeper.outcome
                                WHERE state IN (2, 3) AND fingerprint = k.fingerprint
                                ORDER BY fingerprint DESC, finished_at DESC
                                LIMIT 1) AS l
                         CROSS JOIN LATERAL (
                               SELECT count(*) AS failures
                                 FROM (SELECT
                                         FROM lanekeeper.outcome
                                        WHERE state IN (2, 3) AND fingerprint = k.fingerprint
                                        LIMIT ?) AS counted) AS c
                          JOIN lanekeeper.handler AS h ON h.handler_id = l.handler_id
                          LEFT JOIN LATERAL (
                               SELECT error_message
                                 FROM lanekeeper.attempt
                                WHERE item_id = l.item_id
                                ORDER BY item_id DESC, attempt_id DESC
                                LIMIT 1) AS a ON true
                         ORDER BY last DESC
                        """).param(MOST).param(ItemSearch.COUNTED + 1).query(Found.class).list().stream()
                        .map(Found::group)
                        .toList());
    }

    /** What handlers have rejected, which no exception caused; by handler, of the newest ones. */
    public List<FailureGroup> rejected() {
        return search.read(() -> search.sql("""
                        SELECT NULL::text AS fingerprint, r.failures, r.first, r.last, h.name AS handler, r.last_item,
                               left(o.reason, 500) AS error_message
                          FROM (SELECT handler_id, count(*) AS failures, min(finished_at) AS first, max(finished_at) AS last,
                                       max(item_id) AS last_item
                                  FROM (SELECT n.handler_id, n.finished_at, n.item_id
                                          FROM unnest(ARRAY[3]) AS s (state)
                                         CROSS JOIN LATERAL (
                                               SELECT handler_id, finished_at, item_id
                                                 FROM lanekeeper.outcome
                                                WHERE state = s.state AND state IN (2, 3, 4)
                                                ORDER BY state DESC, item_id DESC
                                                LIMIT ?) AS n) AS newest
                                 GROUP BY handler_id) AS r
                          JOIN lanekeeper.handler AS h ON h.handler_id = r.handler_id
                         CROSS JOIN LATERAL (
                               SELECT reason
                                 FROM lanekeeper.outcome
                                WHERE item_id = r.last_item
                                LIMIT 1) AS o
                         ORDER BY r.last DESC
                        """).param(ItemSearch.COUNTED + 1).query(Found.class).list().stream()
                .map(Found::group)
                .toList());
    }
}

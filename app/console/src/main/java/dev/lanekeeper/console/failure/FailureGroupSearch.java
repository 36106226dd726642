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
        return search.read(() -> search.sql("""
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
                        """)
                .param(MOST)
                .param(ItemSearch.COUNTED + 1)
                .query(Found.class)
                .list()
                .stream()
                .map(Found::group)
                .toList());
    }

    /** Failures that no exception caused: what handlers have rejected, by handler. */
    public List<FailureGroup> rejected() {
        return search.read(() -> search.sql("""
                        SELECT NULL::text AS fingerprint, c.failures, c.first, l.finished_at AS last, h.name AS handler,
                               l.item_id AS last_item, left(l.reason, 500) AS error_message
                          FROM lanekeeper.handler AS h
                         CROSS JOIN LATERAL (
                               SELECT count(*) AS failures, min(finished_at) AS first
                                 FROM (SELECT finished_at
                                         FROM lanekeeper.outcome
                                        WHERE state IN (2, 3) AND fingerprint IS NULL AND handler_id = h.handler_id
                                        LIMIT ?) AS counted) AS c
                         CROSS JOIN LATERAL (
                               SELECT finished_at, item_id, reason
                                 FROM lanekeeper.outcome
                                WHERE state IN (2, 3) AND fingerprint IS NULL AND handler_id = h.handler_id
                                ORDER BY fingerprint DESC, finished_at DESC
                                LIMIT 1) AS l
                         ORDER BY last DESC
                        """)
                .param(ItemSearch.COUNTED + 1)
                .query(Found.class)
                .list()
                .stream()
                .map(Found::group)
                .toList());
    }
}

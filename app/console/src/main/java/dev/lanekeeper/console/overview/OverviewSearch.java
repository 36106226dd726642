package dev.lanekeeper.console.overview;

import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what the overview shows; every count stops at {@link #CAP}. */
final class OverviewSearch {

    static final int CAP = 10_000;

    private final Database database;

    OverviewSearch(Database database) {
        this.database = database;
    }

    /**
     * What one handler did in one minute.
     *
     * @param growth by how much its waiting items became more
     */
    record Minute(
            int handlerId, OffsetDateTime minute, long stored, long done, long failed, long attempts, long growth) {}

    List<Minute> minutesSince(Instant since) {
        return database.sql("""
                        SELECT handler_id, minute,
                               sum(stored)::bigint AS stored,
                               sum(done)::bigint AS done,
                               sum(failed + rejected)::bigint AS failed,
                               sum(failed_attempts)::bigint AS attempts,
                               sum(stored - done - skipped - failed - rejected - discarded
                                   + reopened_failed + reopened_rejected + reopened_discarded)::bigint AS growth
                          FROM lanekeeper.tally
                         WHERE minute >= ?
                         GROUP BY handler_id, minute
                        """)
                .param(Database.timestamp(since))
                .query(Minute.class)
                .list();
    }

    /**
     * A handler and what is wrong with it.
     *
     * @param nodes how many living nodes have it
     */
    record HandlerRow(
            int handlerId,
            String name,
            boolean intakePaused,
            boolean processingPaused,
            @Nullable String pausedBy,
            int nodes,
            long blocked,
            long ready,
            long failures,
            @Nullable OffsetDateTime lastFailure) {}

    List<HandlerRow> handlers(Instant now) {
        return database.sql("""
                        SELECT h.handler_id, h.name,
                               h.intake_paused_at IS NOT NULL AS intake_paused,
                               h.processing_paused_at IS NOT NULL AS processing_paused,
                               h.paused_by,
                               (SELECT count(*)
                                  FROM lanekeeper.node AS n
                                 WHERE h.handler_id = ANY (n.handlers)
                                   AND n.renewed_at > clock_timestamp() - interval '10 seconds') AS nodes,
                               (SELECT count(*)
                                  FROM (SELECT
                                          FROM lanekeeper.lane AS l
                                         WHERE l.handler_id = h.handler_id AND l.owner_run IS NULL AND l.parked_at IS NULL
                                           AND l.due_at > ?
                                         LIMIT ?) AS b) AS blocked,
                               (SELECT count(*)
                                  FROM (SELECT
                                          FROM lanekeeper.lane AS l
                                         WHERE l.handler_id = h.handler_id AND l.owner_run IS NULL AND l.parked_at IS NULL
                                           AND l.due_at <= ?
                                         LIMIT ?) AS r) AS ready,
                               (SELECT count(*)
                                  FROM (SELECT
                                          FROM lanekeeper.outcome AS o
                                         WHERE o.handler_id = h.handler_id AND o.state IN (2, 3)
                                         LIMIT ?) AS f) AS failures,
                               (SELECT o.finished_at
                                  FROM lanekeeper.outcome AS o
                                 WHERE o.handler_id = h.handler_id AND o.state IN (2, 3)
                                 ORDER BY o.finished_at DESC
                                 LIMIT 1) AS last_failure
                          FROM lanekeeper.handler AS h
                         ORDER BY h.name
                        """)
                .param(Database.timestamp(now))
                .param(CAP)
                .param(Database.timestamp(now))
                .param(CAP)
                .param(CAP)
                .query(HandlerRow.class)
                .list();
    }

    /** Lanes that a person must look at, by handler. */
    record Parked(int handlerId, long lanes) {}

    List<Parked> parked() {
        return database.sql("""
                        SELECT handler_id, count(*) AS lanes
                          FROM (SELECT handler_id
                                  FROM lanekeeper.lane
                                 WHERE parked_at IS NOT NULL
                                 LIMIT ?) AS p
                         GROUP BY handler_id
                        """).param(CAP).query(Parked.class).list();
    }

    /** The unfinished item that was stored first. */
    record Oldest(String handler, @Nullable String resource, long itemId, OffsetDateTime storedAt) {}

    Optional<Oldest> oldest() {
        return database.sql("""
                        SELECT h.name AS handler, w.resource, w.item_id, w.stored_at
                          FROM (SELECT item_id
                                  FROM lanekeeper.lane_item
                                 ORDER BY item_id
                                 LIMIT 1) AS i
                          JOIN lanekeeper.work_item AS w ON w.item_id = i.item_id
                          JOIN lanekeeper.handler AS h ON h.handler_id = w.handler_id
                        """).query(Oldest.class).optional();
    }

    /** The processes that are alive. */
    record Nodes(int nodes, int workers, long activeLanes) {}

    Nodes nodes() {
        return database.sql("""
                        SELECT count(*) AS nodes,
                               coalesce(sum(workers), 0) AS workers,
                               (SELECT count(*)
                                  FROM (SELECT
                                          FROM lanekeeper.lane
                                         WHERE owner_node IS NOT NULL
                                         LIMIT ?) AS a) AS active_lanes
                          FROM lanekeeper.node
                         WHERE renewed_at > clock_timestamp() - interval '10 seconds'
                        """).param(CAP).query(Nodes.class).single();
    }
}

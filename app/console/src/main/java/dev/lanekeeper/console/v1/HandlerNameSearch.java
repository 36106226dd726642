package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells which handlers there are. */
public final class HandlerNameSearch {

    private final BoundedSearch search;

    public HandlerNameSearch(Database database) {
        this.search = new BoundedSearch(database);
    }

    /**
     * A handler that any node has or had.
     *
     * @param nodes how many living nodes have it
     */
    public record Handler(
            String id,
            String laneGroup,
            @Nullable String groupId,
            @Nullable String topics,
            long nodes,
            @Nullable Instant intakePausedAt,
            @Nullable Instant processingPausedAt,
            @Nullable String pausedBy,
            Instant seenAt) {}

    public List<Handler> all() {
        return search.read(() -> search.sql("""
                        SELECT h.name AS id, h.lane_group, h.kafka_group AS group_id, h.topics, h.intake_paused_at,
                               h.processing_paused_at, CASE WHEN h.intake_paused_at IS NOT NULL
                                                              OR h.processing_paused_at IS NOT NULL THEN h.paused_by END AS paused_by,
                               h.seen_at,
                               (SELECT count(*)
                                  FROM lanekeeper.node
                                 WHERE h.handler_id = ANY (handlers)
                                   AND renewed_at > clock_timestamp() - interval '10 seconds') AS nodes
                          FROM lanekeeper.handler AS h
                         ORDER BY h.name
                        """).query(Handler.class).list());
    }
}

package dev.lanekeeper.console.handlers;

import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what the handlers' pages show. */
final class HandlerSearch {

    private final Database database;

    HandlerSearch(Database database) {
        this.database = database;
    }

    /**
     * A handler that some node has, or has had.
     *
     * @param topics names with commas between them, or a pattern between slashes
     * @param nodes the names of the living nodes that have it, with commas between them; {@code null} for none
     * @param settings how many values a person has set
     */
    record Registered(
            int handlerId,
            String name,
            String laneGroup,
            @Nullable String kafkaGroup,
            @Nullable String topics,
            OffsetDateTime registeredAt,
            OffsetDateTime seenAt,
            @Nullable OffsetDateTime intakePausedAt,
            @Nullable OffsetDateTime processingPausedAt,
            @Nullable String pausedBy,
            @Nullable String nodes,
            long settings) {}

    List<Registered> all() {
        return query(null);
    }

    Optional<Registered> find(String name) {
        return query(name).stream().findFirst();
    }

    private List<Registered> query(@Nullable String name) {
        return database.sql("""
                        SELECT h.handler_id, h.name, h.lane_group, h.kafka_group, h.topics, h.registered_at, h.seen_at,
                               h.intake_paused_at, h.processing_paused_at, h.paused_by,
                               (SELECT string_agg(n.name, ', ' ORDER BY n.name)
                                  FROM lanekeeper.node AS n
                                 WHERE h.handler_id = ANY (n.handlers)
                                   AND n.renewed_at > clock_timestamp() - interval '10 seconds') AS nodes,
                               (SELECT count(*)
                                  FROM lanekeeper.setting AS s
                                 WHERE s.handler_id = h.handler_id) AS settings
                          FROM lanekeeper.handler AS h
                         WHERE ?::text IS NULL OR h.name = ?
                         ORDER BY h.name
                        """).param(name).param(name).query(Registered.class).list();
    }

    /** How a handler's records were stored lately. */
    record Flushes(long records, long flushes, long bytes, long largest) {}

    Flushes flushesSince(int handlerId, Instant since) {
        return database.sql("""
                        SELECT coalesce(sum(stored + duplicates), 0)::bigint AS records,
                               coalesce(sum(flushes), 0)::bigint AS flushes,
                               coalesce(sum(flushed_bytes), 0)::bigint AS bytes,
                               coalesce(max(largest_flush), 0)::bigint AS largest
                          FROM lanekeeper.tally
                         WHERE handler_id = ? AND minute >= ?
                        """)
                .param(handlerId)
                .param(Database.timestamp(since))
                .query(Flushes.class)
                .single();
    }

    /** What a person did to a handler. */
    record Done(String operator, String verb, @Nullable String reason, String result, OffsetDateTime doneAt) {}

    /** The newest first. */
    List<Done> history(String handler, int most) {
        return database.sql("""
                        SELECT operator, verb, reason, result, done_at
                          FROM lanekeeper.operation
                         WHERE target = ?
                         ORDER BY operation_id DESC
                         LIMIT ?
                        """)
                .param("handler:" + handler)
                .param(most)
                .query(Done.class)
                .list();
    }
}

package dev.lanekeeper.console.item;

import dev.lanekeeper.console.item.ItemRow.Entry;
import dev.lanekeeper.console.item.ItemRow.Job;
import dev.lanekeeper.work.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Compares items with a filter, and reads what lists show of them. */
final class ItemRowSearch {

    /** As {@code work_item.source} has it. */
    private static final int OUTBOX = 2;

    private static final int ENQUEUED = 3;

    private final BoundedSearch search;

    ItemRowSearch(BoundedSearch search) {
        this.search = search;
    }

    /** Those of the candidates that match, in their order. */
    List<Long> matching(List<Place> candidates, ItemFilter filter, ItemOrder order, int limit) {
        if (candidates.isEmpty()) {
            return List.of();
        }
        return search.sql("""
                        SELECT k.item_id
                          FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS k (item_id, place)
                         CROSS JOIN LATERAL (
                               SELECT item_id, handler_id, topic, resource, stored_at
                                 FROM lanekeeper.work_item
                                WHERE item_id = k.item_id
                                LIMIT 1) AS w
                          JOIN lanekeeper.handler AS h ON h.handler_id = w.handler_id
                          LEFT JOIN LATERAL (
                               SELECT state, entity_id, event_type, fingerprint, finished_at
                                 FROM lanekeeper.outcome
                                WHERE item_id = k.item_id
                                LIMIT 1) AS o ON true
                          LEFT JOIN LATERAL (
                               SELECT item_id
                                 FROM lanekeeper.lane_item
                                WHERE item_id = k.item_id AND o.state IS NULL
                                LIMIT 1) AS i ON true
                         WHERE (CAST(:states AS int[]) IS NULL
                                OR coalesce(o.state, CASE WHEN i.item_id IS NULL THEN 5 ELSE 0 END) = ANY (CAST(:states AS int[])))
                           AND (CAST(:handler AS text) IS NULL OR h.name = :handler)
                           AND (CAST(:topic AS text) IS NULL OR w.topic = :topic)
                           AND (CAST(:group AS text) IS NULL OR h.kafka_group = :group)
                           AND (CAST(:entity AS text) IS NULL OR o.entity_id = :entity)
                           AND (CAST(:type AS text) IS NULL OR o.event_type = :type)
                           AND (CAST(:resource AS text) IS NULL OR w.resource = :resource)
                           AND (CAST(:fingerprint AS text) IS NULL OR o.fingerprint = :fingerprint)
                           AND (CAST(:from AS timestamptz) IS NULL
                                OR CASE WHEN :finished THEN o.finished_at ELSE w.stored_at END >= :from)
                           AND (CAST(:to AS timestamptz) IS NULL
                                OR CASE WHEN :finished THEN o.finished_at ELSE w.stored_at END < :to)
                         ORDER BY k.place
                         LIMIT :limit
                        """)
                .param("ids", candidates.stream().mapToLong(Place::itemId).toArray())
                .param("states", filter.stateCodes())
                .param("handler", filter.handler())
                .param("topic", filter.topic())
                .param("group", filter.group())
                .param("entity", filter.entity())
                .param("type", filter.type())
                .param("resource", filter.resource())
                .param("fingerprint", filter.fingerprint())
                .param("from", time(filter.from()))
                .param("to", time(filter.to()))
                .param("finished", order == ItemOrder.FINISHED)
                .param("limit", limit)
                .query(Long.class)
                .list();
    }

    /** In their order; those that were never stored or have been purged are left out. */
    List<ItemRow> rows(List<Long> itemIds) {
        if (itemIds.isEmpty()) {
            return List.of();
        }
        return search.sql("""
                        SELECT w.item_id, h.name AS handler, h.kafka_group, w.topic, w.partition, w.kafka_offset, w.resource,
                               w.entry_id, w.context, w.event_name, w.source, w.label, w.scheduled_id,
                               coalesce(i.lane_id, w.lane_id) AS lane_id, w.produced_at, w.polled_at, w.stored_at,
                               o.started_at, o.finished_at, i.due_at,
                               coalesce(o.state, CASE WHEN i.item_id IS NULL THEN 5 ELSE 0 END) AS state,
                               coalesce(o.attempts, i.attempts, 0) AS attempts, left(o.entity_id, 1000) AS entity_id,
                               o.event_time, left(o.event_type, 1000) AS event_type,
                               left(o.event_version, 1000) AS event_version, left(o.reason, 1000) AS reason, o.fingerprint,
                               a.error_class, a.error_message, w.retry_of, w.key_id
                          FROM unnest(?::bigint[]) WITH ORDINALITY AS k (item_id, place)
                         CROSS JOIN LATERAL (
                               SELECT item_id, handler_id, topic, partition, kafka_offset, resource, lane_id, produced_at,
                                      polled_at, stored_at, retry_of, entry_id, context, event_name, source, label, key_id,
                                      scheduled_id
                                 FROM lanekeeper.work_item
                                WHERE item_id = k.item_id
                                LIMIT 1) AS w
                          JOIN lanekeeper.handler AS h ON h.handler_id = w.handler_id
                          LEFT JOIN LATERAL (
                               SELECT *
                                 FROM lanekeeper.outcome
                                WHERE item_id = k.item_id
                                LIMIT 1) AS o ON true
                          LEFT JOIN LATERAL (
                               SELECT item_id, lane_id, due_at, attempts
                                 FROM lanekeeper.lane_item
                                WHERE item_id = k.item_id
                                LIMIT 1) AS i ON true
                          LEFT JOIN LATERAL (
                               SELECT error_class, left(error_message, 1000) AS error_message
                                 FROM lanekeeper.attempt
                                WHERE item_id = k.item_id AND o.state IS DISTINCT FROM 1
                                ORDER BY item_id DESC, attempt_id DESC
                                LIMIT 1) AS a ON true
                         ORDER BY k.place
                        """)
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .query((row, n) -> row(row))
                .list();
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : Database.timestamp(instant);
    }

    private static ItemRow row(ResultSet row) throws SQLException {
        return new ItemRow(
                row.getLong("item_id"),
                ItemState.of(row.getInt("state")),
                row.getString("handler"),
                row.getString("kafka_group"),
                row.getString("topic"),
                row.getObject("partition", Integer.class),
                row.getObject("kafka_offset", Long.class),
                entry(row),
                job(row),
                row.getString("resource"),
                row.getObject("lane_id", UUID.class),
                instant(row, "produced_at"),
                row.getObject("polled_at", OffsetDateTime.class).toInstant(),
                row.getObject("stored_at", OffsetDateTime.class).toInstant(),
                instant(row, "started_at"),
                instant(row, "finished_at"),
                instant(row, "due_at"),
                row.getInt("attempts"),
                row.getString("entity_id"),
                instant(row, "event_time"),
                row.getString("event_type"),
                row.getString("event_version"),
                row.getString("reason"),
                row.getString("fingerprint"),
                row.getString("error_class"),
                row.getString("error_message"),
                row.getObject("retry_of", Long.class),
                row.getObject("key_id", Long.class));
    }

    private static @Nullable Entry entry(ResultSet row) throws SQLException {
        var id = row.getObject("entry_id", Long.class);
        return id == null || row.getInt("source") != OUTBOX
                ? null
                : new Entry(id, row.getString("context"), row.getString("event_name"));
    }

    private static @Nullable Job job(ResultSet row) throws SQLException {
        return row.getInt("source") == ENQUEUED
                ? new Job(
                        row.getString("label"),
                        row.getObject("scheduled_id", Long.class),
                        row.getObject("entry_id", Long.class))
                : null;
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}

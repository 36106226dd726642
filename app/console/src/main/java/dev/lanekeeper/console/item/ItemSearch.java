package dev.lanekeeper.console.item;

import dev.lanekeeper.console.item.Ways.Way;
import dev.lanekeeper.work.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/**
 * Lists items, page by page, however many there are: reads along one index and compares a bounded number of rows.
 *
 * <p>Called from web threads, in no transaction.
 */
public final class ItemSearch {

    /** How far an exact count goes. */
    public static final int COUNTED = 10_000;

    /** How many rows are compared for one page, or for one count. */
    private static final int COMPARED = 5_000;

    private static final int FIRST_CHUNK = 200;

    private final BoundedSearch search;
    private final Ways ways;

    public ItemSearch(Database database) {
        this.search = new BoundedSearch(database);
        this.ways = new Ways(new CandidateSearch(search));
    }

    /**
     * One page.
     *
     * @param after where the page before ended; {@code null} for the first one
     */
    public ItemPage page(ItemFilter filter, ItemOrder order, @Nullable Place after, int limit) {
        return search.read(() -> {
            var way = ways.way(filter, order);
            return page(way, order, after == null ? way.start() : after, limit);
        });
    }

    /** The page behind the first so many. */
    public ItemPage pageAt(ItemFilter filter, ItemOrder order, int offset, int limit) {
        return search.read(() -> {
            var way = ways.way(filter, order);
            var page = page(way, order, way.start(), offset + limit);
            var rows = page.rows();
            return new ItemPage(rows.subList(Math.min(offset, rows.size()), rows.size()), page.next(), page.cutShort());
        });
    }

    /** A single one; empty when it was never stored or has been purged. */
    public Optional<ItemRow> find(long itemId) {
        return search.read(() ->
                matching(List.of(new Place(null, itemId)), ItemFilter.NONE, ItemOrder.STORED, 1).stream()
                        .findFirst());
    }

    /** These, in their order; those that have been purged are left out. */
    public List<ItemRow> rows(List<Long> itemIds) {
        return search.read(() -> matching(
                itemIds.stream().map(id -> new Place(null, id)).toList(),
                ItemFilter.NONE,
                ItemOrder.STORED,
                itemIds.size()));
    }

    private ItemPage page(Way way, ItemOrder order, Place start, int limit) {
        var rows = new ArrayList<ItemRow>();
        var most = COMPARED + limit;
        var seen = 0;
        var place = start;
        var ended = false;
        while (rows.size() <= limit && seen < most && !ended) {
            var chunk = Math.min(most - seen, seen == 0 ? Math.max(FIRST_CHUNK, limit + 1) : COMPARED);
            var candidates = way.look().after(place, chunk);
            rows.addAll(matching(candidates, way.rest(), order, limit + 1 - rows.size()));
            seen += candidates.size();
            ended = candidates.size() < chunk;
            place = candidates.isEmpty() ? place : candidates.get(candidates.size() - 1);
        }
        if (rows.size() > limit) {
            return new ItemPage(
                    List.copyOf(rows.subList(0, limit)), rows.get(limit - 1).place(order), false);
        }
        return new ItemPage(List.copyOf(rows), ended ? null : place, !ended);
    }

    /** How many match, counted as far as is cheap. */
    public CappedCount count(ItemFilter filter, ItemOrder order) {
        return search.read(() -> {
            var way = ways.way(filter, order);
            var isExact = way.rest().isEmpty();
            var most = isExact ? COUNTED : COMPARED;
            var candidates = way.look().after(way.start(), most + 1);
            var more = candidates.size() > most;
            var counted = more ? candidates.subList(0, most) : candidates;
            return new CappedCount(isExact ? counted.size() : countMatching(counted, way.rest(), order), more);
        });
    }

    private List<ItemRow> matching(List<Place> candidates, ItemFilter filter, ItemOrder order, int limit) {
        if (candidates.isEmpty()) {
            return List.of();
        }
        return bind(search.sql("""
                        SELECT w.item_id, h.name AS handler, h.kafka_group, w.topic, w.partition, w.kafka_offset, w.resource,
                               coalesce(i.lane_id, w.lane_id) AS lane_id, w.produced_at, w.polled_at, w.stored_at,
                               o.started_at, o.finished_at, i.due_at,
                               coalesce(o.state, CASE WHEN i.item_id IS NULL THEN 5 ELSE 0 END) AS state,
                               coalesce(o.attempts, i.attempts, 0) AS attempts, left(o.entity_id, 1000) AS entity_id,
                               o.event_time, left(o.event_type, 1000) AS event_type,
                               left(o.event_version, 1000) AS event_version, left(o.reason, 1000) AS reason, o.fingerprint,
                               a.error_class, a.error_message, w.retry_of
                          FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS k (item_id, place)
                         CROSS JOIN LATERAL (
                               SELECT item_id, handler_id, topic, partition, kafka_offset, resource, lane_id, produced_at,
                                      polled_at, stored_at, retry_of
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
                        """), candidates, filter, order)
                .param("limit", limit)
                .query((row, n) -> row(row))
                .list();
    }

    private long countMatching(List<Place> candidates, ItemFilter filter, ItemOrder order) {
        return bind(search.sql("""
                        SELECT count(*)
                          FROM unnest(CAST(:ids AS bigint[])) AS k (item_id)
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
                        """), candidates, filter, order)
                .query(Long.class)
                .single();
    }

    private static StatementSpec bind(
            StatementSpec statement, List<Place> candidates, ItemFilter filter, ItemOrder order) {
        return statement
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
                .param("finished", order == ItemOrder.FINISHED);
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
                row.getObject("retry_of", Long.class));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}

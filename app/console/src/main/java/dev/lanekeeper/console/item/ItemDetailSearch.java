package dev.lanekeeper.console.item;

import dev.lanekeeper.console.item.ItemDetail.Content;
import dev.lanekeeper.console.item.ItemDetail.FailedAttempt;
import dev.lanekeeper.console.item.ItemDetail.LanePlace;
import dev.lanekeeper.console.item.ItemDetail.Operation;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.Headers;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Tells all about one item.
 *
 * <p>Called from web threads, in no transaction.
 */
public final class ItemDetailSearch {

    /** How much of a payload is in memory at a time while it is sent as a whole. */
    private static final int PIECE = 4 << 20;

    private static final int SHOWN_KEY_BYTES = 1 << 16;
    private static final int SHOWN_ATTEMPTS = 50;
    private static final int SHOWN_OPERATIONS = 20;

    private final BoundedSearch search;
    private final ItemSearch items;

    public ItemDetailSearch(Database database) {
        this.search = new BoundedSearch(database);
        this.items = new ItemSearch(database);
    }

    /** Lists a single item; empty for one that was never stored or has been purged. */
    public Optional<ItemRow> row(long itemId) {
        return items.find(itemId);
    }

    /** @param payloadBytes so much of the payload is read, and no more */
    public Optional<ItemDetail> find(long itemId, int payloadBytes) {
        return search.read(() -> items.find(itemId).map(row -> detail(row, payloadBytes)));
    }

    private ItemDetail detail(ItemRow row, int payloadBytes) {
        var end = end(row.itemId());
        return new ItemDetail(
                row,
                content(row.itemId(), payloadBytes).orElseThrow(),
                lane(row),
                attempts(row.itemId()),
                end == null ? null : end.nodeId(),
                end == null ? null : end.runId(),
                repeatedBy(row.itemId()),
                operations(row.itemId()));
    }

    /** What came from the source, with no more of the payload than so many bytes. */
    public Optional<Content> content(long itemId, int payloadBytes) {
        return Optional.ofNullable(contents(List.of(itemId), payloadBytes).get(itemId));
    }

    /** The same for several, by their ids. */
    public Map<Long, Content> contents(List<Long> itemIds, int payloadBytes) {
        var contents = new HashMap<Long, Content>();
        search.read(() -> search.sql("""
                        SELECT w.item_id, substring(w.payload FOR ?) AS payload,
                               coalesce(octet_length(w.payload), 0) AS payload_bytes, substring(w.event_key FOR ?) AS event_key,
                               w.headers, w.checksum, left(w.trace_parent, 200) AS trace_parent, w.intake_error,
                               w.payload_removed_at
                          FROM unnest(?::bigint[]) AS k (item_id)
                         CROSS JOIN LATERAL (
                               SELECT *
                                 FROM lanekeeper.work_item
                                WHERE item_id = k.item_id
                                LIMIT 1) AS w
                        """)
                .param(payloadBytes)
                .param(SHOWN_KEY_BYTES)
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .query((row, n) -> contents.put(
                        row.getLong("item_id"),
                        new Content(
                                row.getBytes("payload"),
                                row.getLong("payload_bytes"),
                                row.getBytes("event_key"),
                                Headers.decode(row.getBytes("headers")),
                                row.getObject("checksum", UUID.class),
                                row.getString("trace_parent"),
                                row.getString("intake_error"),
                                instant(row.getObject("payload_removed_at", OffsetDateTime.class)))))
                .list());
        return contents;
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    /**
     * Sends the payload as it is, in pieces: neither memory nor a connection is held for as long as the receiver takes.
     *
     * @param length how long it is
     */
    public void copyPayload(long itemId, long length, OutputStream out) throws IOException {
        for (var sent = 0L; sent < length; sent += PIECE) {
            out.write(piece(itemId, sent));
        }
    }

    private byte[] piece(long itemId, long from) {
        return search.read(() -> search.sql("""
                        SELECT substring(payload FROM ? FOR ?)
                          FROM lanekeeper.work_item
                         WHERE item_id = ?
                        """)
                .param((int) from + 1)
                .param(PIECE)
                .param(itemId)
                .query((row, n) -> row.getBytes(1))
                .single());
    }

    /**
     * How many later items of the same lane are done already: what a retry would come after. Counted up to a cap, and among the
     * next ones only.
     */
    public Map<Long, CappedCount> overtakenBy(List<Long> itemIds, int cap) {
        var counts = new HashMap<Long, CappedCount>();
        search.read(() -> search.sql("""
                        SELECT k.item_id, c.later
                          FROM unnest(?::bigint[]) AS k (item_id)
                         CROSS JOIN LATERAL (
                               SELECT item_id, lane_id
                                 FROM lanekeeper.work_item
                                WHERE item_id = k.item_id AND resource IS NOT NULL
                                LIMIT 1) AS w
                         CROSS JOIN LATERAL (
                               SELECT count(*) AS later
                                 FROM (SELECT
                                         FROM (SELECT item_id
                                                 FROM lanekeeper.work_item
                                                WHERE lane_id = w.lane_id AND item_id > w.item_id AND resource IS NOT NULL
                                                ORDER BY lane_id, item_id
                                                LIMIT ?) AS later
                                        CROSS JOIN LATERAL (
                                              SELECT
                                                FROM lanekeeper.outcome
                                               WHERE item_id = later.item_id AND state = 1
                                               LIMIT 1) AS done
                                        LIMIT ?) AS counted) AS c
                        """)
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .param(2 * cap)
                .param(cap + 1)
                .query((row, n) -> counts.put(row.getLong("item_id"), CappedCount.of(row.getLong("later"), cap)))
                .list());
        return counts;
    }

    /** Whether any attempt at it has ever failed. */
    public boolean hasFailedBefore(long itemId) {
        return search.read(() -> search.sql("SELECT EXISTS (SELECT FROM lanekeeper.attempt WHERE item_id = ?)")
                .param(itemId)
                .query(Boolean.class)
                .single());
    }

    private record End(@Nullable Long nodeId, @Nullable UUID runId) {}

    private @Nullable End end(long itemId) {
        return search.sql("SELECT node_id, run_id FROM lanekeeper.outcome WHERE item_id = ?")
                .param(itemId)
                .query(End.class)
                .optional()
                .orElse(null);
    }

    private record Found(
            int waiting,
            @Nullable String ownerNode,
            @Nullable UUID ownerRun,
            boolean parked,
            @Nullable String parkedBy,
            @Nullable String parkReason,
            Instant laneDueAt,
            long ahead) {}

    private @Nullable LanePlace lane(ItemRow row) {
        if (row.state() != ItemState.WAITING) {
            return null;
        }
        return search.sql("""
                        SELECT l.waiting, coalesce(n.name, 'node ' || l.owner_node) AS owner_node, l.owner_run,
                               l.parked_at IS NOT NULL AS parked, l.parked_by, l.park_reason, l.due_at AS lane_due_at,
                               (SELECT count(*)
                                  FROM (SELECT
                                          FROM lanekeeper.lane_item
                                         WHERE lane_id = l.lane_id AND item_id < ?
                                         LIMIT ?) AS earlier) AS ahead
                          FROM lanekeeper.lane AS l
                          LEFT JOIN lanekeeper.node AS n ON n.node_id = l.owner_node
                         WHERE l.lane_id = ?
                        """)
                .param(row.itemId())
                .param(ItemSearch.COUNTED + 1)
                .param(row.laneId())
                .query(Found.class)
                .optional()
                .map(found -> new LanePlace(
                        CappedCount.of(found.ahead(), ItemSearch.COUNTED),
                        found.waiting(),
                        found.ownerNode(),
                        found.ownerRun(),
                        found.parked(),
                        found.parkedBy(),
                        found.parkReason(),
                        found.laneDueAt()))
                .orElse(null);
    }

    private List<FailedAttempt> attempts(long itemId) {
        return search.sql("""
                        SELECT a.attempt_id, a.number, coalesce(n.name, 'node ' || a.node_id) AS node, a.run_id, a.started_at, a.finished_at,
                               a.error_class, left(a.error_message, 20000) AS error_message,
                               left(a.stack_trace, 200000) AS stack_trace, a.fingerprint, a.sealed IS NOT NULL AS encrypted
                          FROM (SELECT *
                                  FROM lanekeeper.attempt
                                 WHERE item_id = ?
                                 ORDER BY item_id DESC, attempt_id DESC
                                 LIMIT ?) AS a
                          LEFT JOIN lanekeeper.node AS n ON n.node_id = a.node_id
                         ORDER BY a.attempt_id DESC
                        """)
                .param(itemId)
                .param(SHOWN_ATTEMPTS)
                .query(FailedAttempt.class)
                .list();
    }

    /** The sum keeps the planner from looking for it along the ids of all items. */
    private @Nullable Long repeatedBy(long itemId) {
        return search.sql("""
                        SELECT item_id
                          FROM lanekeeper.work_item
                         WHERE retry_of = ?
                         ORDER BY item_id + 0 DESC
                         LIMIT 1
                        """).param(itemId).query(Long.class).optional().orElse(null);
    }

    private List<Operation> operations(long itemId) {
        return search.sql("""
                        SELECT operator, verb, reason, result, done_at
                          FROM lanekeeper.operation
                         WHERE target = ?
                         ORDER BY target DESC, operation_id DESC
                         LIMIT ?
                        """)
                .param("item:" + itemId)
                .param(SHOWN_OPERATIONS)
                .query(Operation.class)
                .list();
    }
}

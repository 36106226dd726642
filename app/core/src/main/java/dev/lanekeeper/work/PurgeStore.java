package dev.lanekeeper.work;

import dev.lanekeeper.work.Tally.Count;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Deletes items whose time is over, and payloads before them, in pieces.
 *
 * <p>Items that wait, have failed or were rejected are never touched. Rows that somebody else has locked are left for the next
 * time, so nothing here ever waits for anybody, and whoever wants a row that is being deleted waits for one piece at most.
 * Each method runs in the caller's transaction, whose first statement was {@link Database#guardLanes()}.
 */
public final class PurgeStore {

    private final Database database;
    private final TallyStore tallies;
    private final ClaimStore claims;
    private final Clock clock;

    public PurgeStore(Database database, Clock clock) {
        this.database = database;
        this.tallies = new TallyStore(database, clock);
        this.claims = new ClaimStore(database);
        this.clock = clock;
    }

    /**
     * Whose time is over: what was finished before; {@link Instant#MIN} for nothing. A skipped item that left no outcome counts
     * from when it was stored.
     *
     * @param events items from Kafka, and those that were enqueued
     * @param outbox items from the outbox
     * @param payloads of items of any source
     */
    public record Terms(Instant events, Instant outbox, Instant payloads) {}

    /** All handlers that there ever were; their items are looked through one handler after the other. */
    public List<Integer> handlers() {
        return database.sql("SELECT handler_id FROM lanekeeper.handler ORDER BY handler_id")
                .query(Integer.class)
                .list();
    }

    /**
     * Some of a handler's items, in their order.
     *
     * @param last the last one's id; where to go on
     * @param finished those with an outcome whose time is over
     * @param bare likewise, those that were skipped and left no outcome
     * @param payloads those that stay for the time being, and whose payload's time is over
     * @param keptSince when the oldest was stored that stays and is no failure; {@code null} when there is none
     * @param isLast whether nothing later can have come to its time
     */
    public record Piece(
            long last,
            long[] finished,
            long[] bare,
            long[] payloads,
            @Nullable Instant keptSince,
            boolean isLast) {}

    /**
     * Looks at the next items of a handler; empty when there are none.
     *
     * <p>With {@code handler_id = ?} the planner may walk along the ids of all handlers, which for one that has none is the
     * whole table.
     */
    public Optional<Piece> next(int handlerId, long after, Terms terms, int most) {
        return database.sql("""
                        WITH looked AS (
                             SELECT w.item_id, w.stored_at, w.payload_removed_at IS NULL AS is_whole,
                                    o.item_id IS NOT NULL AS has_outcome,
                                    coalesce(o.finished_at, w.stored_at) AS ended_at,
                                    CASE w.source WHEN 2 THEN ?::timestamptz ELSE ?::timestamptz END AS keep_since,
                                    o.state IN (2, 3) AS is_failure,
                                    CASE WHEN o.item_id IS NULL
                                         THEN EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = w.item_id)
                                         END AS is_waiting
                               FROM (SELECT item_id, source, stored_at, payload_removed_at
                                       FROM lanekeeper.work_item
                                      WHERE handler_id BETWEEN ? AND ? AND item_id > ?
                                      ORDER BY handler_id, item_id
                                      LIMIT ?) AS w
                               LEFT JOIN lanekeeper.outcome AS o ON o.item_id = w.item_id),
                        judged AS (
                             SELECT item_id, stored_at, is_whole, has_outcome, ended_at, keep_since,
                                    is_failure IS NOT TRUE AND is_waiting IS NOT TRUE AS may_go,
                                    is_failure IS NOT TRUE AND is_waiting IS NOT TRUE AND ended_at < keep_since AS goes,
                                    is_failure IS TRUE AS is_failure
                               FROM looked)
                        SELECT max(item_id) AS last,
                               count(*) AS number,
                               bool_or(stored_at < greatest(keep_since, ?::timestamptz)) AS is_old,
                               array_agg(item_id) FILTER (WHERE goes AND has_outcome) AS finished,
                               array_agg(item_id) FILTER (WHERE goes AND NOT has_outcome) AS bare,
                               array_agg(item_id) FILTER (WHERE may_go AND NOT goes AND is_whole AND ended_at < ?) AS payloads,
                               min(stored_at) FILTER (WHERE NOT goes AND NOT is_failure) AS kept_since
                          FROM judged
                        """)
                .param(Database.timestamp(terms.outbox()))
                .param(Database.timestamp(terms.events()))
                .param(handlerId)
                .param(handlerId)
                .param(after)
                .param(most)
                .param(Database.timestamp(terms.payloads()))
                .param(Database.timestamp(terms.payloads()))
                .query((row, n) -> Optional.ofNullable(piece(row, most)))
                .single();
    }

    private static @Nullable Piece piece(ResultSet row, int most) throws SQLException {
        if (row.getLong("number") == 0) {
            return null;
        }
        var keptSince = row.getObject("kept_since", OffsetDateTime.class);
        return new Piece(
                row.getLong("last"),
                ids(row.getArray("finished")),
                ids(row.getArray("bare")),
                ids(row.getArray("payloads")),
                keptSince == null ? null : keptSince.toInstant(),
                row.getLong("number") < most || !row.getBoolean("is_old"));
    }

    private static long[] ids(@Nullable Array array) throws SQLException {
        return array == null
                ? new long[0]
                : Stream.of((Long[]) array.getArray())
                        .mapToLong(Long::longValue)
                        .toArray();
    }

    /**
     * What was deleted.
     *
     * @param archived how many of the items were copied first
     */
    public record Purged(int items, int attempts, int archived) {}

    /** Deletes those items of a piece whose time is over, with their outcomes and attempts, and counts them as purged. */
    public Purged purge(Piece piece, Terms terms, boolean archive) {
        var held = Stream.concat(
                        holdFinished(piece.finished(), terms.events(), terms.outbox()).stream(),
                        holdBare(piece.bare()).stream())
                .toList();
        if (held.isEmpty()) {
            return new Purged(0, 0, 0);
        }
        var ids = held.stream().mapToLong(Held::itemId).toArray();
        if (archive) {
            archive(ids);
        }
        var attempts = database.sql("DELETE FROM lanekeeper.attempt WHERE item_id = ANY (?::bigint[])")
                .param(ids)
                .update();
        database.sql("DELETE FROM lanekeeper.outcome WHERE item_id = ANY (?::bigint[])")
                .param(ids)
                .update();
        claims.forget(ids);
        database.sql("DELETE FROM lanekeeper.work_item WHERE item_id = ANY (?::bigint[])")
                .param(ids)
                .update();
        tallies.add(ItemChangeStore.NO_NODE, TallyStore.HOUSEKEEPING, counted(held));
        return new Purged(ids.length, attempts, archive ? ids.length : 0);
    }

    /** An item that this transaction has locked. */
    private record Held(long itemId, int handlerId) {}

    /** With their outcomes: whoever reopens an item deletes that first, and one that was reopened meanwhile is no longer found. */
    private List<Held> holdFinished(long[] ids, Instant events, Instant outbox) {
        return ids.length == 0
                ? List.of()
                : database.sql("""
                        SELECT w.item_id, w.handler_id
                          FROM lanekeeper.work_item AS w
                          JOIN lanekeeper.outcome AS o ON o.item_id = w.item_id
                         WHERE w.item_id = ANY (?::bigint[])
                           AND o.state IN (1, 4, 5)
                           AND o.finished_at < CASE w.source WHEN 2 THEN ?::timestamptz ELSE ?::timestamptz END
                           FOR UPDATE SKIP LOCKED
                        """)
                        .param(ids)
                        .param(Database.timestamp(outbox))
                        .param(Database.timestamp(events))
                        .query(Held.class)
                        .list();
    }

    /** What was skipped stays so: a retry stores it anew under another id. */
    private List<Held> holdBare(long[] ids) {
        return ids.length == 0
                ? List.of()
                : database.sql("""
                        SELECT item_id, handler_id
                          FROM lanekeeper.work_item
                         WHERE item_id = ANY (?::bigint[])
                           FOR UPDATE SKIP LOCKED
                        """).param(ids).query(Held.class).list();
    }

    private void archive(long[] ids) {
        database.sql("""
                        INSERT INTO lanekeeper.work_item_archive (
                               item_id, handler_id, source, lane_id, partition, kafka_offset, produced_at, polled_at, stored_at,
                               checksum, topic, resource, event_key, payload, headers, trace_parent, intake_error, entry_id,
                               context, event_name, key_id, retry_of, payload_removed_at, label, scheduled_id, lost_to, archived_at)
                        SELECT item_id, handler_id, source, lane_id, partition, kafka_offset, produced_at, polled_at, stored_at,
                               checksum, topic, resource, event_key, payload, headers, trace_parent, intake_error, entry_id,
                               context, event_name, key_id, retry_of, payload_removed_at, label, scheduled_id, lost_to, ?
                          FROM lanekeeper.work_item
                         WHERE item_id = ANY (?::bigint[])
                        """).param(Database.timestamp(clock.instant())).param(ids).update();
        database.sql("""
                        INSERT INTO lanekeeper.outcome_archive (
                               item_id, handler_id, state, attempts, node_id, run_id, started_at, finished_at, event_time,
                               entity_id, event_type, event_version, reason, fingerprint, key_id, sealed)
                        SELECT item_id, handler_id, state, attempts, node_id, run_id, started_at, finished_at, event_time,
                               entity_id, event_type, event_version, reason, fingerprint, key_id, sealed
                          FROM lanekeeper.outcome
                         WHERE item_id = ANY (?::bigint[])
                        """).param(ids).update();
        database.sql("""
                        INSERT INTO lanekeeper.attempt_archive (
                               attempt_id, item_id, handler_id, number, node_id, run_id, started_at, finished_at, error_class,
                               error_message, stack_trace, fingerprint, key_id, sealed)
                        SELECT attempt_id, item_id, handler_id, number, node_id, run_id, started_at, finished_at, error_class,
                               error_message, stack_trace, fingerprint, key_id, sealed
                          FROM lanekeeper.attempt
                         WHERE item_id = ANY (?::bigint[])
                        """).param(ids).update();
    }

    private static Collection<Tally> counted(List<Held> held) {
        return held.stream().collect(Collectors.groupingBy(Held::handlerId, Collectors.counting())).entrySet().stream()
                .map(e -> new Tally(e.getKey()).add(Count.PURGED, e.getValue()))
                .toList();
    }

    /** Removes payload, key and headers of those items of a piece that stay for the time being; tells how many it were. */
    public int removePayloads(Piece piece, Terms terms) {
        if (piece.payloads().length == 0) {
            return 0;
        }
        var held = Stream.concat(
                        holdFinished(piece.payloads(), terms.payloads(), terms.payloads()).stream(),
                        holdSkipped(piece.payloads()).stream())
                .mapToLong(Held::itemId)
                .toArray();
        claims.forget(held);
        return database.sql("""
                        UPDATE lanekeeper.work_item
                           SET payload = NULL, event_key = NULL, headers = NULL, key_id = NULL, payload_removed_at = ?
                         WHERE item_id = ANY (?::bigint[])
                        """)
                .param(Database.timestamp(clock.instant()))
                .param(held)
                .update();
    }

    private List<Held> holdSkipped(long[] ids) {
        return database.sql("""
                        SELECT w.item_id, w.handler_id
                          FROM lanekeeper.work_item AS w
                         WHERE w.item_id = ANY (?::bigint[])
                           AND NOT EXISTS (SELECT FROM lanekeeper.outcome AS o WHERE o.item_id = w.item_id)
                           AND NOT EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = w.item_id)
                           FOR UPDATE SKIP LOCKED
                        """).param(ids).query(Held.class).list();
    }
}

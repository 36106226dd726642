package dev.lanekeeper.work;

import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The statements with which a person changes one item. Those that change its state say in their condition which state they
 * change, and tell whether they won; the lane has been locked before.
 */
public final class ItemChangeStore {

    /** What people do is counted for no node. */
    static final long NO_NODE = 0;

    private final Database database;
    private final RequestStore requests;
    private final TallyStore tallies;
    private final ClaimStore claims;
    private final Clock clock;

    public ItemChangeStore(Database database, Clock clock) {
        this.database = database;
        this.requests = new RequestStore(database);
        this.tallies = new TallyStore(database, clock);
        this.claims = new ClaimStore(database);
        this.clock = clock;
    }

    /**
     * Where an item is.
     *
     * @param storedIn the lane that it was stored in
     * @param bundled whether it has no resource, so that any lane will do
     * @param waitsIn the lane in which it waits; {@code null} when it is finished
     * @param state how it ended; {@code null} while it waits, and when it was skipped and nothing was kept of that
     * @param payloadRemoved whether its payload was removed before the item itself, so that it cannot be handled again
     */
    public record Whereabouts(
            long itemId,
            int handlerId,
            UUID storedIn,
            boolean bundled,
            @Nullable UUID waitsIn,
            @Nullable State state,
            boolean payloadRemoved) {}

    public Optional<Whereabouts> find(long itemId) {
        return findAll(List.of(itemId)).stream().findFirst();
    }

    /** Those of these items that there are. */
    public List<Whereabouts> findAll(List<Long> itemIds) {
        return database.sql("""
                        SELECT w.item_id, w.handler_id, w.lane_id, w.resource IS NULL AS bundled, i.lane_id AS waits_in, o.state,
                               w.payload_removed_at IS NOT NULL AS payload_removed
                          FROM lanekeeper.work_item AS w
                          LEFT JOIN lanekeeper.lane_item AS i ON i.item_id = w.item_id
                          LEFT JOIN lanekeeper.outcome AS o ON o.item_id = w.item_id
                         WHERE w.item_id = ANY (?::bigint[])
                        """)
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .query((row, n) -> {
                    var state = row.getObject("state", Integer.class);
                    return new Whereabouts(
                            row.getLong("item_id"),
                            row.getInt("handler_id"),
                            row.getObject("lane_id", UUID.class),
                            row.getBoolean("bundled"),
                            row.getObject("waits_in", UUID.class),
                            state == null ? null : State.of(state),
                            row.getBoolean("payload_removed"));
                })
                .list();
    }

    /** When an item is due that waits in a lane; empty when it does not. */
    public Optional<Instant> dueAt(UUID laneId, long itemId) {
        return database.sql("SELECT due_at FROM lanekeeper.lane_item WHERE lane_id = ? AND item_id = ?")
                .param(laneId)
                .param(itemId)
                .query(OffsetDateTime.class)
                .optional()
                .map(OffsetDateTime::toInstant);
    }

    /** Whether it is the first of its lane. */
    public boolean isHead(UUID laneId, long itemId) {
        return database.sql("""
                        SELECT item_id
                          FROM lanekeeper.lane_item
                         WHERE lane_id = ?
                         ORDER BY item_id
                         LIMIT 1
                        """)
                .param(laneId)
                .query(Long.class)
                .optional()
                .map(head -> head == itemId)
                .orElse(false);
    }

    public void makeDue(UUID laneId, long itemId) {
        database.sql("UPDATE lanekeeper.lane_item SET due_at = ? WHERE lane_id = ? AND item_id = ?")
                .param(Database.timestamp(clock.instant()))
                .param(laneId)
                .param(itemId)
                .update();
    }

    /** Forgets how a FAILED, REJECTED or DISCARDED item ended; false when somebody else was first. */
    public boolean reopen(Whereabouts item, State state) {
        var won = database.sql("DELETE FROM lanekeeper.outcome WHERE item_id = ? AND state = ?")
                        .param(item.itemId())
                        .param(state.code())
                        .update()
                == 1;
        if (won) {
            count(item.handlerId(), reopened(state));
        }
        return won;
    }

    private static Count reopened(State state) {
        return switch (state) {
            case FAILED -> Count.REOPENED_FAILED;
            case REJECTED -> Count.REOPENED_REJECTED;
            case DISCARDED -> Count.REOPENED_DISCARDED;
            case DONE, SKIPPED -> throw new IllegalArgumentException(state + " is never reopened");
        };
    }

    /** Puts a reopened item into its old place, as if it had never been tried; false when its payload was removed meanwhile. */
    public boolean placeAgain(UUID laneId, long itemId) {
        return database.sql("""
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                        SELECT ?, item_id, ?, handler_id,
                               coalesce(octet_length(payload), 0) + coalesce(octet_length(event_key), 0)
                          FROM lanekeeper.work_item
                         WHERE item_id = ? AND payload_removed_at IS NULL
                        """)
                        .param(laneId)
                        .param(Database.timestamp(clock.instant()))
                        .param(itemId)
                        .update()
                == 1;
    }

    /** Whether it wants the lock of a unique key again, which nobody else takes or frees meanwhile; comes before the lane. */
    public boolean lockClaims(long itemId) {
        return claims.lock(List.of(itemId));
    }

    /** Gives it that lock, now that it waits; false when others have it. */
    public boolean takeLock(long itemId) {
        return claims.take(List.of(itemId), clock.instant()).isEmpty();
    }

    /**
     * Makes others wait who want to repeat the same finished item, and keeps it from being purged. Like everything that is
     * locked by its key, it comes before the lane.
     *
     * @return whether it has its payload; empty when the item was purged meanwhile
     */
    public Optional<Boolean> lockOriginal(long itemId) {
        return database.sql("SELECT payload_removed_at IS NULL FROM lanekeeper.work_item WHERE item_id = ? FOR UPDATE")
                .param(itemId)
                .query(Boolean.class)
                .optional();
    }

    /** Whether an item that repeats this one is still to be done. */
    public boolean isRepetitionWaiting(long itemId) {
        return database.sql("""
                        SELECT EXISTS (
                               SELECT
                                 FROM lanekeeper.work_item AS w
                                 JOIN lanekeeper.lane_item AS i ON i.item_id = w.item_id
                                WHERE w.retry_of = ?)
                        """).param(itemId).query(Boolean.class).single();
    }

    /** The scheduled job that comes in place of an item that was put off. */
    public record Again(long jobId, Instant dueAt) {}

    /** As what an item comes again by itself; empty when it does not, or has come. */
    public Optional<Again> comesAgain(long itemId) {
        return database
                .sql("SELECT job_id, due_at FROM lanekeeper.scheduled_job WHERE repeats = ?")
                .param(itemId)
                .query((row, n) -> new Again(
                        row.getLong(1), row.getObject(2, OffsetDateTime.class).toInstant()))
                .list()
                .stream()
                .findFirst();
    }

    /** Stores a finished item anew, at the end of the lane. */
    public void repeat(UUID laneId, Whereabouts original) {
        var now = Database.timestamp(clock.instant());
        database.sql("""
                        WITH stored AS (
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, topic, partition, kafka_offset, produced_at, polled_at,
                                    stored_at, resource, event_key, payload, headers, checksum, trace_parent, intake_error,
                                    entry_id, context, event_name, label, key_id, retry_of)
                             SELECT handler_id, source, ?, topic, partition, kafka_offset, produced_at, polled_at, ?, resource,
                                    event_key, payload, headers, checksum, trace_parent, intake_error, entry_id, context,
                                    event_name, label, key_id, item_id
                               FROM lanekeeper.work_item
                              WHERE item_id = ?
                             RETURNING item_id, handler_id, lane_id, stored_at,
                                       coalesce(octet_length(payload), 0) + coalesce(octet_length(event_key), 0) AS bytes)
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                        SELECT lane_id, item_id, stored_at, handler_id, bytes
                          FROM stored
                        """).param(laneId).param(now).param(original.itemId()).update();
        tallies.add(
                NO_NODE,
                TallyStore.PEOPLE,
                List.of(new Tally(original.handlerId()).add(Count.STORED, 1).add(Count.REPEATED, 1)));
    }

    /** Takes a waiting item out of a lane that nobody owns. */
    public void discardWaiting(UUID laneId, Whereabouts item, String reason) {
        database.sql("""
                        WITH gone AS (
                             DELETE FROM lanekeeper.lane_item
                              WHERE lane_id = ? AND item_id = ?
                             RETURNING item_id, handler_id, attempts)
                        INSERT INTO lanekeeper.outcome (item_id, handler_id, state, attempts, finished_at, reason)
                        SELECT item_id, handler_id, ?, attempts, ?, ?
                          FROM gone
                        """)
                .param(laneId)
                .param(item.itemId())
                .param(State.DISCARDED.code())
                .param(Database.timestamp(clock.instant()))
                .param(Texts.safe(reason))
                .update();
        count(item.handlerId(), Count.DISCARDED);
    }

    /** Says of items that were replaced, by their ids, by whom. */
    void loseTo(Map<Long, Long> winners) {
        database.sql("""
                        UPDATE lanekeeper.work_item AS w
                           SET lost_to = k.lost_to
                          FROM unnest(?::bigint[], ?::bigint[]) AS k (item_id, lost_to)
                         WHERE w.item_id = k.item_id
                        """)
                .param(winners.keySet().stream().mapToLong(Long::longValue).toArray())
                .param(winners.values().stream().mapToLong(Long::longValue).toArray())
                .update();
    }

    /** Makes a FAILED or REJECTED item DISCARDED; false when somebody else was first. */
    public boolean discardFinished(Whereabouts item, State state, String reason) {
        var won = database.sql("""
                                UPDATE lanekeeper.outcome
                                   SET state = ?, finished_at = ?, reason = ?, key_id = NULL, sealed = NULL
                                 WHERE item_id = ? AND state = ?
                                """)
                        .param(State.DISCARDED.code())
                        .param(Database.timestamp(clock.instant()))
                        .param(Texts.safe(reason))
                        .param(item.itemId())
                        .param(state.code())
                        .update()
                == 1;
        if (won) {
            tallies.add(
                    NO_NODE,
                    TallyStore.PEOPLE,
                    List.of(new Tally(item.handlerId()).add(reopened(state), 1).add(Count.DISCARDED, 1)));
        }
        return won;
    }

    /** Whether the node's last heartbeat named the item as one that a handler works on; up to two seconds old. */
    public boolean isRunning(long nodeId, long itemId) {
        return database.sql("""
                        SELECT EXISTS (
                               SELECT
                                 FROM lanekeeper.node
                                WHERE node_id = ? AND running @> jsonb_build_array(jsonb_build_object('item', ?::bigint)))
                        """)
                .param(nodeId)
                .param(itemId)
                .query(Boolean.class)
                .single();
    }

    public boolean isDiscardAsked(UUID laneId, long itemId) {
        return requests.isAsked(itemId, laneId);
    }

    /** Writes down that the owner of the lane is to discard the item before it gives the lane back. */
    public void askToDiscard(UUID laneId, long itemId, String operator, @Nullable String reason) {
        requests.ask(itemId, laneId, operator, reason);
    }

    private void count(int handlerId, Count count) {
        tallies.add(NO_NODE, TallyStore.PEOPLE, List.of(new Tally(handlerId).add(count, 1)));
    }
}

package dev.lanekeeper.work;

import dev.lanekeeper.work.EntryWriter.PlacedEntry;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.ItemResult.Postponed;
import dev.lanekeeper.work.ItemResult.Retry;
import dev.lanekeeper.work.Seal.Sealed;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes {@code work_item}, {@code lane_item} and {@code outcome}; each transaction has locked the lanes before. */
final class ItemStore {

    /** Of those that keep a row; its parameters are {@link #outcomes}. */
    private static final String OUTCOME = """
                        INSERT INTO lanekeeper.outcome (
                               item_id, handler_id, state, attempts, node_id, run_id, started_at, finished_at, event_time,
                               entity_id, event_type, event_version, reason, fingerprint)
                        SELECT item_id, handler_id, state, attempts, ?, ?,
                               'epoch'::timestamptz + started_at * interval '1 microsecond',
                               'epoch'::timestamptz + finished_at * interval '1 microsecond',
                               'epoch'::timestamptz + event_time * interval '1 microsecond',
                               entity_id, event_type, event_version, reason, fingerprint
                          FROM unnest(?::bigint[], ?::int[], ?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[],
                                      ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
                               AS k (item_id, handler_id, state, attempts, started_at, finished_at, event_time, entity_id,
                                     event_type, event_version, reason, fingerprint)
                        """;

    private final Database database;

    ItemStore(Database database) {
        this.database = database;
    }

    /** A record and the lane that it goes to. */
    record Placed(UUID laneId, NewItem item) {}

    /**
     * Inserts records in their order, so that their ids are their places; the lanes have been locked before, or a later id
     * could become visible, and run, first.
     */
    void insertKafka(int handlerId, Instant storedAt, List<Placed> placed) {
        database.sql("""
                        WITH stored AS (
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, topic, partition, kafka_offset, produced_at, polled_at,
                                    stored_at, resource, event_key, payload, headers, checksum, trace_parent, intake_error, key_id)
                             SELECT ?, 1, k.lane_id, k.topic, k.partition, k.kafka_offset,
                                    'epoch'::timestamptz + k.produced_at * interval '1 microsecond',
                                    'epoch'::timestamptz + k.polled_at * interval '1 microsecond',
                                    ?, k.resource, k.event_key, k.payload, k.headers, k.checksum, k.trace_parent,
                                    k.intake_error, k.key_id
                               FROM unnest(?::uuid[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[],
                                           ?::bytea[], ?::bytea[], ?::bytea[], ?::uuid[], ?::text[], ?::text[], ?::bigint[])
                                    AS k (lane_id, topic, partition, kafka_offset, produced_at, polled_at, resource,
                                          event_key, payload, headers, checksum, trace_parent, intake_error, key_id)
                             RETURNING item_id, handler_id, lane_id, stored_at,
                                       coalesce(octet_length(payload), 0) + coalesce(octet_length(event_key), 0) AS bytes)
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                        SELECT lane_id, item_id, stored_at, handler_id, bytes
                          FROM stored
                        """)
                .param(handlerId)
                .param(Database.timestamp(storedAt))
                .param(Database.uuids(placed.stream().map(Placed::laneId).toList()))
                .param(placed.stream().map(p -> p.item().topic()).toArray(String[]::new))
                .param(placed.stream().mapToInt(p -> p.item().partition()).toArray())
                .param(placed.stream().mapToLong(p -> p.item().offset()).toArray())
                .param(placed.stream()
                        .mapToLong(p -> Database.micros(p.item().producedAt()))
                        .toArray())
                .param(placed.stream()
                        .mapToLong(p -> Database.micros(p.item().polledAt()))
                        .toArray())
                .param(placed.stream().map(p -> Texts.safe(p.item().resource())).toArray(String[]::new))
                .param(placed.stream().map(p -> p.item().key()).toArray(byte[][]::new))
                .param(placed.stream().map(p -> p.item().value()).toArray(byte[][]::new))
                .param(placed.stream()
                        .map(p -> Headers.encode(p.item().headers()))
                        .toArray(byte[][]::new))
                .param(placed.stream()
                        .map(p -> p.item().checksum() == null
                                ? null
                                : p.item().checksum().toString())
                        .toArray(String[]::new))
                .param(placed.stream()
                        .map(p -> Texts.safe(p.item().traceParent()))
                        .toArray(String[]::new))
                .param(placed.stream()
                        .map(p -> Texts.safe(p.item().intakeError()))
                        .toArray(String[]::new))
                .param(placed.stream().map(p -> p.item().keyId()).toArray(Long[]::new))
                .update();
    }

    /** The same for entries of the outbox; of one entry there may be items of several handlers. */
    void insertEntries(Instant storedAt, List<PlacedEntry> placed) {
        database.sql("""
                        WITH stored AS (
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, entry_id, context, event_name, produced_at, polled_at,
                                    stored_at, resource, payload, headers, trace_parent, intake_error, key_id)
                             SELECT k.handler_id, 2, k.lane_id, k.entry_id, k.context, k.event_name,
                                    'epoch'::timestamptz + k.produced_at * interval '1 microsecond', s.at, s.at, k.resource,
                                    k.payload, k.headers, k.trace_parent, k.intake_error, k.key_id
                               FROM (SELECT ?::timestamptz AS at) AS s
                              CROSS JOIN unnest(?::int[], ?::uuid[], ?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::text[],
                                                ?::bytea[], ?::bytea[], ?::text[], ?::text[], ?::bigint[])
                                    AS k (handler_id, lane_id, entry_id, context, event_name, produced_at, resource, payload,
                                          headers, trace_parent, intake_error, key_id)
                             RETURNING item_id, handler_id, lane_id, stored_at, coalesce(octet_length(payload), 0) AS bytes)
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                        SELECT lane_id, item_id, stored_at, handler_id, bytes
                          FROM stored
                        """)
                .param(Database.timestamp(storedAt))
                .param(placed.stream().mapToInt(p -> p.item().handlerId()).toArray())
                .param(Database.uuids(placed.stream().map(PlacedEntry::laneId).toList()))
                .param(placed.stream()
                        .mapToLong(p -> p.item().entry().entryId())
                        .toArray())
                .param(placed.stream().map(p -> p.item().entry().context()).toArray(String[]::new))
                .param(placed.stream().map(p -> p.item().entry().event()).toArray(String[]::new))
                .param(placed.stream()
                        .mapToLong(p -> Database.micros(p.item().entry().createdAt()))
                        .toArray())
                .param(placed.stream().map(p -> p.item().resource()).toArray(String[]::new))
                .param(placed.stream().map(p -> p.item().payload()).toArray(byte[][]::new))
                .param(placed.stream()
                        .map(p -> Headers.encode(p.item().headers()))
                        .toArray(byte[][]::new))
                .param(placed.stream()
                        .map(p -> Texts.safe(p.item().traceParent()))
                        .toArray(String[]::new))
                .param(placed.stream()
                        .map(p -> Texts.safe(p.item().intakeError()))
                        .toArray(String[]::new))
                .param(placed.stream().map(p -> p.item().entry().keyId()).toArray(Long[]::new))
                .update();
    }

    /** An item that this transaction found in its lane. */
    record Found(UUID laneId, long itemId) {}

    /** Removes finished items from their lanes and records how they ended; what is no longer there is left out. */
    List<Found> finish(Run run, List<UUID> lanes, List<Finished> items) {
        var gone = new ArrayList<>(finishWhereRead(run, lanes, items));
        var found = gone.stream().map(Found::itemId).collect(Collectors.toSet());
        if (found.size() < items.size()) {
            gone.addAll(finishByKey(run, lanes, items, found));
        }
        recordSealed(items, gone);
        return gone;
    }

    /**
     * By where they lay when they were read, at half the cost of looking them up, and in one round trip. A row that was moved or
     * removed leaves its place to others, so lane and id must be the same too.
     */
    private List<Found> finishWhereRead(Run run, List<UUID> lanes, List<Finished> items) {
        // IS TRUE keeps the planner from a join, for which it would compare each with each.
        var statement = database.sql("""
                        WITH gone AS (
                             DELETE FROM lanekeeper.lane_item
                              WHERE ctid = ANY (?::tid[]) AND item_id = ANY (?::bigint[]) AND lane_id = ANY (?::uuid[])
                             RETURNING lane_id, item_id),
                        kept AS (
                        """ + OUTCOME + """
                              WHERE (k.item_id IN (SELECT item_id FROM gone)) IS TRUE)
                        SELECT lane_id, item_id
                          FROM gone
                        """)
                .param(items.stream().map(Finished::ctid).toArray(String[]::new))
                .param(items.stream().mapToLong(Finished::itemId).toArray())
                .param(Database.uuids(lanes.stream().distinct().toList()));
        return outcomes(statement, run, items).query(ItemStore::found).list();
    }

    /** What has been written since it was read. */
    private List<Found> finishByKey(Run run, List<UUID> lanes, List<Finished> items, Set<Long> found) {
        var rest = IntStream.range(0, items.size())
                .filter(n -> !found.contains(items.get(n).itemId()))
                .boxed()
                .toList();
        var gone = removeByKey(
                rest.stream().map(lanes::get).toList(),
                rest.stream().map(n -> items.get(n).itemId()).toList());
        var ids = gone.stream().map(Found::itemId).collect(Collectors.toSet());
        var moved = items.stream().filter(f -> ids.contains(f.itemId())).toList();
        if (moved.stream().anyMatch(Finished::keepsRow)) {
            outcomes(database.sql(OUTCOME), run, moved).update();
        }
        return gone;
    }

    private List<Found> removeByKey(List<UUID> lanes, List<Long> itemIds) {
        return database.sql("""
                        DELETE FROM lanekeeper.lane_item AS i
                         USING unnest(?::uuid[], ?::bigint[]) AS k (lane_id, item_id)
                         WHERE i.lane_id = k.lane_id AND i.item_id = k.item_id
                        RETURNING i.lane_id, i.item_id
                        """)
                .param(Database.uuids(lanes))
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .query(ItemStore::found)
                .list();
    }

    /** By position: finding a column by the name of a component costs an exception a row. */
    private static Found found(ResultSet row, int number) throws SQLException {
        return new Found(row.getObject(1, UUID.class), row.getLong(2));
    }

    /** The parameters of {@link #OUTCOME}; those that keep no row are left out. */
    private static JdbcClient.StatementSpec outcomes(
            JdbcClient.StatementSpec statement, Run run, List<Finished> finished) {
        var items = finished.stream().filter(Finished::keepsRow).toList();
        return statement
                .param(run.nodeId())
                .param(run.runId())
                .param(items.stream().mapToLong(Finished::itemId).toArray())
                .param(items.stream().mapToInt(Finished::handlerId).toArray())
                .param(items.stream().mapToInt(f -> f.state().code()).toArray())
                .param(items.stream().mapToInt(Finished::attempts).toArray())
                .param(items.stream()
                        .mapToLong(f -> Database.micros(f.startedAt()))
                        .toArray())
                .param(items.stream()
                        .mapToLong(f -> Database.micros(f.finishedAt()))
                        .toArray())
                .param(items.stream()
                        .map(f -> f.fields().eventTime() == null
                                ? null
                                : Database.micros(f.fields().eventTime()))
                        .toArray(Long[]::new))
                .param(items.stream()
                        .map(f -> Texts.safe(f.fields().entityId()))
                        .toArray(String[]::new))
                .param(items.stream()
                        .map(f -> Texts.safe(f.fields().eventType()))
                        .toArray(String[]::new))
                .param(items.stream()
                        .map(f -> Texts.safe(f.fields().eventVersion()))
                        .toArray(String[]::new))
                .param(items.stream()
                        .map(f -> f.sealedReason() == null ? Texts.safe(f.reason()) : null)
                        .toArray(String[]::new))
                .param(items.stream().map(f -> Texts.indexable(f.fingerprint())).toArray(String[]::new));
    }

    /** A statement of its own, so that the many without a secret pay nothing for it. */
    private void recordSealed(List<Finished> finished, List<Found> gone) {
        if (finished.stream().allMatch(f -> f.sealedReason() == null)) {
            return;
        }
        var found = gone.stream().map(Found::itemId).collect(Collectors.toSet());
        var items = finished.stream()
                .filter(f -> f.sealedReason() != null && f.keepsRow() && found.contains(f.itemId()))
                .toList();
        var reasons = items.stream()
                .map(Finished::sealedReason)
                .map(Objects::requireNonNull)
                .toList();
        database.sql("""
                        UPDATE lanekeeper.outcome AS o
                           SET key_id = k.key_id, sealed = k.sealed
                          FROM unnest(?::bigint[], ?::bigint[], ?::bytea[]) AS k (item_id, key_id, sealed)
                         WHERE o.item_id = k.item_id
                        """)
                .param(items.stream().mapToLong(Finished::itemId).toArray())
                .param(reasons.stream().mapToLong(Sealed::keyId).toArray())
                .param(reasons.stream().map(Sealed::bytes).toArray(byte[][]::new))
                .update();
    }

    /** Items that failed keep their place and are due again later; what is no longer there is left out. */
    List<Found> postpone(List<UUID> lanes, List<Retry> items) {
        return database.sql("""
                        UPDATE lanekeeper.lane_item AS i
                           SET attempts = k.attempts,
                               due_at = 'epoch'::timestamptz + k.due_at * interval '1 microsecond',
                               begun = false
                          FROM unnest(?::uuid[], ?::bigint[], ?::int[], ?::bigint[]) AS k (lane_id, item_id, attempts, due_at)
                         WHERE i.lane_id = k.lane_id AND i.item_id = k.item_id AND i.attempts < k.attempts
                        RETURNING i.lane_id, i.item_id
                        """)
                .param(Database.uuids(lanes))
                .param(items.stream().mapToLong(Retry::itemId).toArray())
                .param(items.stream().mapToInt(Retry::attempts).toArray())
                .param(items.stream().mapToLong(r -> Database.micros(r.dueAt())).toArray())
                .query(Found.class)
                .list();
    }

    /** Items that were not tried keep their place and come again later; what is no longer there is left out. */
    List<Found> putOff(List<UUID> lanes, List<Postponed> items) {
        return database.sql("""
                        UPDATE lanekeeper.lane_item AS i
                           SET due_at = 'epoch'::timestamptz + k.due_at * interval '1 microsecond', begun = false
                          FROM unnest(?::uuid[], ?::bigint[], ?::bigint[]) AS k (lane_id, item_id, due_at)
                         WHERE i.lane_id = k.lane_id AND i.item_id = k.item_id
                        RETURNING i.lane_id, i.item_id
                        """)
                .param(Database.uuids(lanes))
                .param(items.stream().mapToLong(Postponed::itemId).toArray())
                .param(items.stream().mapToLong(p -> Database.micros(p.dueAt())).toArray())
                .query(Found.class)
                .list();
    }

    /** Says of items that were dropped for a lock who has it. */
    void loseTo(List<Finished> losers) {
        database.sql("""
                        UPDATE lanekeeper.work_item AS w
                           SET lost_to = k.lost_to
                          FROM unnest(?::bigint[], ?::bigint[]) AS k (item_id, lost_to)
                         WHERE w.item_id = k.item_id
                        """)
                .param(losers.stream().mapToLong(Finished::itemId).toArray())
                .param(losers.stream().map(Finished::lostTo).toArray(Long[]::new))
                .update();
    }

    /** Bundled items that failed move to lanes of their own, which exist already; each is where the lane's lock keeps it. */
    void moveAlone(List<UUID> to, List<Found> items) {
        database.sql("""
                        UPDATE lanekeeper.lane_item AS i
                           SET lane_id = k.to_lane
                          FROM unnest(?::uuid[], ?::uuid[], ?::bigint[]) AS k (from_lane, to_lane, item_id)
                         WHERE i.lane_id = k.from_lane AND i.item_id = k.item_id
                        """)
                .param(Database.uuids(items.stream().map(Found::laneId).toList()))
                .param(Database.uuids(to))
                .param(items.stream().mapToLong(Found::itemId).toArray())
                .update();
    }

    /** Items that move to another bundle as they are. */
    int moveTogether(UUID from, UUID to, Collection<Long> itemIds) {
        return database.sql("""
                        UPDATE lanekeeper.lane_item
                           SET lane_id = ?
                         WHERE lane_id = ? AND item_id = ANY (?::bigint[])
                        """)
                .param(to)
                .param(from)
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .update();
    }

    /** Records that a suspect starts; the lane is locked. */
    void begin(UUID laneId, long itemId) {
        database.sql("UPDATE lanekeeper.lane_item SET begun = true WHERE lane_id = ? AND item_id = ?")
                .param(laneId)
                .param(itemId)
                .update();
    }
}

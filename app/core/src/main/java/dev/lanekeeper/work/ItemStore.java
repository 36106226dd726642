package dev.lanekeeper.work;

import dev.lanekeeper.work.EntryWriter.PlacedEntry;
import dev.lanekeeper.work.ItemResult.Postponed;
import dev.lanekeeper.work.ItemResult.Retry;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** Writes {@code work_item}, {@code lane_item} and {@code outcome}; each transaction has locked the lanes before. */
final class ItemStore {

    private static final String RECORDS_INTO_WORK_ITEM = """
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, topic, partition, kafka_offset, produced_at, polled_at,
                                    stored_at, resource, event_key, payload, headers, checksum, trace_parent, intake_error,
                                    key_id%1$s)
                             SELECT ?, 1, k.lane_id, k.topic, k.partition, k.kafka_offset,
                                    'epoch'::timestamptz + k.produced_at * interval '1 microsecond',
                                    'epoch'::timestamptz + k.polled_at * interval '1 microsecond',
                                    ?, k.resource, k.event_key, k.payload, k.headers, k.checksum, k.trace_parent,
                                    k.intake_error, k.key_id%2$s
                               FROM unnest(?::uuid[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[],
                                           ?::bytea[], ?::bytea[], ?::bytea[], ?::uuid[], ?::text[], ?::text[], ?::bigint[]%3$s)
                                    AS k (lane_id, topic, partition, kafka_offset, produced_at, polled_at, resource,
                                          event_key, payload, headers, checksum, trace_parent, intake_error, key_id%4$s)
                             RETURNING item_id, handler_id, lane_id, stored_at,
                                       coalesce(octet_length(payload), 0) + coalesce(octet_length(event_key), 0) AS bytes""";

    private static final String ENTRIES_INTO_WORK_ITEM = """
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, entry_id, context, event_name, produced_at, polled_at,
                                    stored_at, resource, payload, headers, trace_parent, intake_error, key_id%1$s)
                             SELECT k.handler_id, 2, k.lane_id, k.entry_id, k.context, k.event_name,
                                    'epoch'::timestamptz + k.produced_at * interval '1 microsecond', s.at, s.at, k.resource,
                                    k.payload, k.headers, k.trace_parent, k.intake_error, k.key_id%2$s
                               FROM (SELECT ?::timestamptz AS at) AS s
                              CROSS JOIN unnest(?::int[], ?::uuid[], ?::bigint[], ?::text[], ?::text[], ?::bigint[], ?::text[],
                                                ?::bytea[], ?::bytea[], ?::text[], ?::text[], ?::bigint[]%3$s)
                                    AS k (handler_id, lane_id, entry_id, context, event_name, produced_at, resource, payload,
                                          headers, trace_parent, intake_error, key_id%4$s)
                             RETURNING item_id, handler_id, lane_id, stored_at, coalesce(octet_length(payload), 0) AS bytes""";

    private static final String INTO_LANES = """
                        WITH stored AS (
                        %s)
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                        SELECT lane_id, item_id, stored_at, handler_id, bytes
                          FROM stored
                        """;

    /** As {@link #INTO_LANES}, and tells the ids in the order of what was stored. */
    static final String INTO_LANES_WITH_IDS = """
                        WITH stored AS (
                        %s),
                        placed AS (
                             INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                             SELECT lane_id, item_id, stored_at, handler_id, bytes
                               FROM stored)
                        SELECT item_id
                          FROM stored
                         ORDER BY item_id
                        """;

    /** Of what has ended already. */
    static final String INTO_NO_LANE = """
                        WITH stored AS (
                        %s)
                        SELECT item_id
                          FROM stored
                         ORDER BY item_id
                        """;

    private static final String RECORDS = INTO_LANES.formatted(RECORDS_INTO_WORK_ITEM.formatted("", "", "", ""));
    private static final String RECORDS_WITH_IDS =
            INTO_LANES_WITH_IDS.formatted(RECORDS_INTO_WORK_ITEM.formatted("", "", "", ""));
    private static final String LOST_RECORDS = INTO_NO_LANE.formatted(
            RECORDS_INTO_WORK_ITEM.formatted(", lost_to", ", k.lost_to", ", ?::bigint[]", ", lost_to"));
    private static final String ENTRIES = INTO_LANES.formatted(ENTRIES_INTO_WORK_ITEM.formatted("", "", "", ""));
    private static final String ENTRIES_WITH_IDS =
            INTO_LANES_WITH_IDS.formatted(ENTRIES_INTO_WORK_ITEM.formatted("", "", "", ""));
    private static final String LOST_ENTRIES = INTO_NO_LANE.formatted(
            ENTRIES_INTO_WORK_ITEM.formatted(", lost_to", ", k.lost_to", ", ?::bigint[]", ", lost_to"));

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
        records(RECORDS, handlerId, storedAt, placed).update();
    }

    /** The same; tells the ids in their order. */
    List<Long> insertKafkaTellingIds(int handlerId, Instant storedAt, List<Placed> placed) {
        return records(RECORDS_WITH_IDS, handlerId, storedAt, placed)
                .query(Long.class)
                .list();
    }

    /** Records that wait in no lane, since another has their lock. */
    List<Long> insertLostKafka(int handlerId, Instant storedAt, List<Placed> placed, List<@Nullable Long> lostTo) {
        return records(LOST_RECORDS, handlerId, storedAt, placed)
                .param(lostTo.toArray(Long[]::new))
                .query(Long.class)
                .list();
    }

    private StatementSpec records(String statement, int handlerId, Instant storedAt, List<Placed> placed) {
        return database.sql(statement)
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
                .param(placed.stream().map(p -> p.item().keyId()).toArray(Long[]::new));
    }

    /** The same for entries of the outbox; of one entry there may be items of several handlers. */
    void insertEntries(Instant storedAt, List<PlacedEntry> placed) {
        entries(ENTRIES, storedAt, placed).update();
    }

    List<Long> insertEntriesTellingIds(Instant storedAt, List<PlacedEntry> placed) {
        return entries(ENTRIES_WITH_IDS, storedAt, placed).query(Long.class).list();
    }

    List<Long> insertLostEntries(Instant storedAt, List<PlacedEntry> placed, List<@Nullable Long> lostTo) {
        return entries(LOST_ENTRIES, storedAt, placed)
                .param(lostTo.toArray(Long[]::new))
                .query(Long.class)
                .list();
    }

    private StatementSpec entries(String statement, Instant storedAt, List<PlacedEntry> placed) {
        return database.sql(statement)
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
                .param(placed.stream().map(p -> p.item().entry().keyId()).toArray(Long[]::new));
    }

    /** An item that this transaction found in its lane. */
    record Found(UUID laneId, long itemId) {}

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

    /** How often an item was at work when a process died; none when a person has taken it away. The lane is locked. */
    int strikes(UUID laneId, long itemId) {
        return database.sql("SELECT strikes FROM lanekeeper.lane_item WHERE lane_id = ? AND item_id = ?")
                .param(laneId)
                .param(itemId)
                .query(Integer.class)
                .optional()
                .orElse(0);
    }

    /** Records that a suspect starts; the lane is locked. */
    void begin(UUID laneId, long itemId) {
        database.sql("UPDATE lanekeeper.lane_item SET begun = true WHERE lane_id = ? AND item_id = ?")
                .param(laneId)
                .param(itemId)
                .update();
    }
}

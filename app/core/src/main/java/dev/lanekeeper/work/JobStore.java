package dev.lanekeeper.work;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** Writes jobs into {@code work_item} and {@code lane_item}; each transaction has locked the lanes before. */
final class JobStore {

    private static final String INTO_WORK_ITEM = """
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, produced_at, polled_at, stored_at, resource, payload, headers,
                                    trace_parent, intake_error, label, entry_id, scheduled_id%1$s)
                             SELECT k.handler_id, 3, k.lane_id, 'epoch'::timestamptz + k.produced_at * interval '1 microsecond',
                                    s.at, s.at, k.resource, k.payload, k.headers, k.trace_parent, k.intake_error, k.label,
                                    k.entry_id, k.scheduled_id%2$s
                               FROM (SELECT ?::timestamptz AS at) AS s
                              CROSS JOIN unnest(?::int[], ?::uuid[], ?::bigint[], ?::text[], ?::bytea[], ?::bytea[], ?::text[],
                                                ?::text[], ?::text[], ?::bigint[], ?::bigint[]%3$s)
                                    AS k (handler_id, lane_id, produced_at, resource, payload, headers, trace_parent,
                                          intake_error, label, entry_id, scheduled_id%4$s)
                             RETURNING item_id, handler_id, lane_id, stored_at, coalesce(octet_length(payload), 0) AS bytes""";

    private static final String INSERT =
            ItemStore.INTO_LANES_WITH_IDS.formatted(INTO_WORK_ITEM.formatted("", "", "", ""));
    private static final String INSERT_ENDED = ItemStore.INTO_NO_LANE.formatted(
            INTO_WORK_ITEM.formatted(", lost_to", ", k.lost_to", ", ?::bigint[]", ", lost_to"));

    /** With a place, the time and what the original says of everything else. */
    private static final String REPEAT = """
                        WITH stored AS (
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, topic, partition, kafka_offset, produced_at, polled_at,
                                    stored_at, resource, event_key, payload, headers, checksum, trace_parent, intake_error,
                                    entry_id, context, event_name, label, key_id, retry_of, scheduled_id)
                             SELECT w.handler_id, w.source, k.lane_id, w.topic, w.partition, w.kafka_offset, w.produced_at,
                                    w.polled_at, ?::timestamptz, w.resource, w.event_key, w.payload, w.headers, w.checksum,
                                    w.trace_parent, w.intake_error, w.entry_id, w.context, w.event_name, w.label, w.key_id,
                                    w.item_id, k.scheduled_id
                               FROM unnest(?::uuid[], ?::bigint[], ?::bigint[]) WITH ORDINALITY
                                    AS k (lane_id, original, scheduled_id, place)
                               JOIN lanekeeper.work_item AS w ON w.item_id = k.original
                              ORDER BY k.place
                             RETURNING item_id, handler_id, lane_id, stored_at,
                                       coalesce(octet_length(payload), 0) + coalesce(octet_length(event_key), 0) AS bytes),
                        placed AS (
                             INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                             SELECT lane_id, item_id, stored_at, handler_id, bytes
                               FROM stored)
                        SELECT item_id
                          FROM stored
                         ORDER BY item_id
                        """;

    private final Database database;

    JobStore(Database database) {
        this.database = database;
    }

    /** A job and the lane that it goes to. */
    record PlacedJob(UUID laneId, NewJob job) {}

    /** Inserts jobs in their order, so that their ids are their places; tells the ids in this order. */
    List<Long> insert(Instant storedAt, List<PlacedJob> placed) {
        if (placed.stream().allMatch(p -> p.job().repeats() == null)) {
            return insertNew(storedAt, placed);
        }
        return Alike.inTurn(
                placed,
                p -> p.job().repeats() != null,
                (again, those) -> again ? repeat(storedAt, those) : insertNew(storedAt, those));
    }

    private List<Long> insertNew(Instant storedAt, List<PlacedJob> placed) {
        var ids =
                bound(database.sql(INSERT), storedAt, placed).query(Long.class).list();
        prefer(ids, placed);
        return ids;
    }

    /** Writes down what is urgent, if anything is; a lane is as urgent as its next item. */
    private void prefer(List<Long> ids, List<PlacedJob> placed) {
        var urgent = IntStream.range(0, placed.size())
                .filter(n -> placed.get(n).job().priority() > 0)
                .toArray();
        if (urgent.length == 0) {
            return;
        }
        var lanes = Arrays.stream(urgent).mapToObj(n -> placed.get(n).laneId()).toList();
        database.sql("""
                        UPDATE lanekeeper.lane_item AS i
                           SET priority = k.priority
                          FROM unnest(?::uuid[], ?::bigint[], ?::int[]) AS k (lane_id, item_id, priority)
                         WHERE i.lane_id = k.lane_id AND i.item_id = k.item_id
                        """)
                .param(Database.uuids(lanes))
                .param(Arrays.stream(urgent).mapToLong(ids::get).toArray())
                .param(Arrays.stream(urgent)
                        .map(n -> placed.get(n).job().priority())
                        .toArray())
                .update();
        database.sql("""
                        UPDATE lanekeeper.lane AS l
                           SET priority = head.priority
                          FROM unnest(?::uuid[]) AS k (lane_id)
                         CROSS JOIN LATERAL (
                               SELECT i.priority
                                 FROM lanekeeper.lane_item AS i
                                WHERE i.lane_id = k.lane_id
                                ORDER BY i.lane_id, i.item_id
                                LIMIT 1) AS head
                         WHERE l.lane_id = k.lane_id AND l.priority <> head.priority
                        """)
                .param(Database.uuids(lanes.stream().distinct().toList()))
                .update();
    }

    private List<Long> repeat(Instant storedAt, List<PlacedJob> placed) {
        return database.sql(REPEAT)
                .param(Database.timestamp(storedAt))
                .param(Database.uuids(placed.stream().map(PlacedJob::laneId).toList()))
                .param(placed.stream().map(p -> p.job().repeats()).toArray(Long[]::new))
                .param(placed.stream().map(p -> p.job().scheduledId()).toArray(Long[]::new))
                .query(Long.class)
                .list();
    }

    /** Those of these items that can still be stored anew, kept from being purged until the transaction ends. */
    Set<Long> keepOriginals(Collection<Long> itemIds) {
        return new HashSet<>(database.sql("""
                        SELECT item_id
                          FROM lanekeeper.work_item
                         WHERE item_id = ANY (?::bigint[]) AND payload_removed_at IS NULL
                           FOR KEY SHARE
                        """)
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .query(Long.class)
                .list());
    }

    /**
     * How a job ends that nobody will ever do.
     *
     * @param lostTo the one that holds its lock; {@code null} for none
     */
    record End(State state, String reason, @Nullable Long lostTo) {}

    /** Inserts a job that ends at once. */
    long insertEnded(Instant storedAt, PlacedJob placed, End end) {
        return insertEnded(storedAt, List.of(placed), List.of(end)).get(0);
    }

    /** Inserts jobs that end at once; tells the ids in their order. */
    List<Long> insertEnded(Instant storedAt, List<PlacedJob> placed, List<End> ends) {
        var ids = bound(database.sql(INSERT_ENDED), storedAt, placed)
                .param(ends.stream().map(End::lostTo).toArray(Long[]::new))
                .query(Long.class)
                .list();
        end(storedAt, ids, placed.stream().map(p -> p.job().handlerId()).toList(), ends);
        return ids;
    }

    /** Items that this transaction has stored have ended with that. */
    void end(Instant at, List<Long> itemIds, List<Integer> handlerIds, List<End> ends) {
        database.sql("""
                        INSERT INTO lanekeeper.outcome (item_id, handler_id, state, attempts, finished_at, reason)
                        SELECT k.item_id, k.handler_id, k.state, 0, ?, k.reason
                          FROM unnest(?::bigint[], ?::int[], ?::int[], ?::text[]) AS k (item_id, handler_id, state, reason)
                        """)
                .param(Database.timestamp(at))
                .param(itemIds.toArray(Long[]::new))
                .param(handlerIds.toArray(Integer[]::new))
                .param(ends.stream().mapToInt(e -> e.state().code()).toArray())
                .param(ends.stream().map(e -> Texts.safe(e.reason())).toArray(String[]::new))
                .update();
    }

    /** An item that was put off, and kept as discarded, comes no more, since another has its lock. */
    void giveUp(long itemId, String reason, @Nullable Long lostTo) {
        database.sql("""
                        WITH given_up AS (
                             UPDATE lanekeeper.outcome
                                SET reason = ?
                              WHERE item_id = ? AND state = ?
                             RETURNING item_id)
                        UPDATE lanekeeper.work_item AS w
                           SET lost_to = ?
                          FROM given_up AS g
                         WHERE w.item_id = g.item_id
                        """)
                .param(Texts.safe(reason))
                .param(itemId)
                .param(State.DISCARDED.code())
                .param(lostTo)
                .update();
    }

    /** The same by a person's wish; the item says from now on which scheduled job it was to come as. */
    void cancel(long itemId, long jobId, String reason) {
        giveUp(itemId, reason, null);
        database.sql("UPDATE lanekeeper.work_item SET scheduled_id = ? WHERE item_id = ?")
                .param(jobId)
                .param(itemId)
                .update();
    }

    /** An item that waits, and that this transaction keeps from being begun, takes the content of another and keeps its place. */
    void takeContent(long itemId, long from) {
        database.sql("""
                        UPDATE lanekeeper.work_item AS w
                           SET payload = n.payload, event_key = n.event_key, headers = n.headers, checksum = n.checksum,
                               trace_parent = n.trace_parent, produced_at = n.produced_at, label = n.label
                          FROM lanekeeper.work_item AS n
                         WHERE w.item_id = ? AND n.item_id = ?
                        """).param(itemId).param(from).update();
    }

    private static StatementSpec bound(StatementSpec statement, Instant storedAt, List<PlacedJob> placed) {
        var jobs = placed.stream().map(PlacedJob::job).toList();
        return statement
                .param(Database.timestamp(storedAt))
                .param(jobs.stream().mapToInt(NewJob::handlerId).toArray())
                .param(Database.uuids(placed.stream().map(PlacedJob::laneId).toList()))
                .param(jobs.stream()
                        .mapToLong(j -> Database.micros(j.enqueuedAt()))
                        .toArray())
                .param(jobs.stream().map(j -> Texts.safe(j.resource())).toArray(String[]::new))
                .param(jobs.stream().map(NewJob::payload).toArray(byte[][]::new))
                .param(jobs.stream().map(j -> Headers.encode(j.headers())).toArray(byte[][]::new))
                .param(jobs.stream()
                        .map(j -> Texts.safe(EntryItem.traceParent(j.headers())))
                        .toArray(String[]::new))
                .param(jobs.stream().map(j -> Texts.safe(j.intakeError())).toArray(String[]::new))
                .param(jobs.stream().map(j -> Texts.safe(j.label())).toArray(String[]::new))
                .param(jobs.stream().map(NewJob::entryId).toArray(Long[]::new))
                .param(jobs.stream().map(NewJob::scheduledId).toArray(Long[]::new));
    }
}

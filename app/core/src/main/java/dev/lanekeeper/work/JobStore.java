package dev.lanekeeper.work;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/** Writes jobs into {@code work_item} and {@code lane_item}; each transaction has locked the lanes before. */
final class JobStore {

    private static final String INTO_WORK_ITEM = """
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, produced_at, polled_at, stored_at, resource, payload, headers,
                                    trace_parent, intake_error, label, entry_id, scheduled_id%s)
                             SELECT k.handler_id, 3, k.lane_id, 'epoch'::timestamptz + k.produced_at * interval '1 microsecond',
                                    s.at, s.at, k.resource, k.payload, k.headers, k.trace_parent, k.intake_error, k.label,
                                    k.entry_id, k.scheduled_id%s
                               FROM (SELECT ?::timestamptz AS at) AS s
                              CROSS JOIN unnest(?::int[], ?::uuid[], ?::bigint[], ?::text[], ?::bytea[], ?::bytea[], ?::text[],
                                                ?::text[], ?::text[], ?::bigint[], ?::bigint[])
                                    AS k (handler_id, lane_id, produced_at, resource, payload, headers, trace_parent,
                                          intake_error, label, entry_id, scheduled_id)
                             RETURNING item_id, handler_id, lane_id, stored_at, coalesce(octet_length(payload), 0) AS bytes""";

    private static final String INSERT = """
                        WITH stored AS (
                        %s),
                        placed AS (
                             INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                             SELECT lane_id, item_id, stored_at, handler_id, bytes
                               FROM stored)
                        SELECT item_id
                          FROM stored
                         ORDER BY item_id
                        """.formatted(INTO_WORK_ITEM.formatted("", ""));

    private static final String INSERT_ENDED = """
                        WITH stored AS (
                        %s)
                        INSERT INTO lanekeeper.outcome (item_id, handler_id, state, attempts, finished_at, reason)
                        SELECT item_id, handler_id, ?, 0, stored_at, ?
                          FROM stored
                        RETURNING item_id
                        """.formatted(INTO_WORK_ITEM.formatted(", lost_to", ", ?::bigint"));

    private final Database database;

    JobStore(Database database) {
        this.database = database;
    }

    /** A job and the lane that it goes to. */
    record PlacedJob(UUID laneId, NewJob job) {}

    /** Inserts jobs in their order, so that their ids are their places; tells the ids in this order. */
    List<Long> insert(Instant storedAt, List<PlacedJob> placed) {
        return bound(database.sql(INSERT), storedAt, placed).query(Long.class).list();
    }

    /**
     * How a job ends that nobody will ever do.
     *
     * @param lostTo the one that holds its lock; {@code null} for none
     */
    record End(State state, String reason, @Nullable Long lostTo) {}

    /** Inserts a job that ends at once. */
    long insertEnded(Instant storedAt, PlacedJob placed, End end) {
        return bound(database.sql(INSERT_ENDED).param(end.lostTo()), storedAt, List.of(placed))
                .param(end.state().code())
                .param(Texts.safe(end.reason()))
                .query(Long.class)
                .single();
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

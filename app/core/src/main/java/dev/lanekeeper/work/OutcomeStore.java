package dev.lanekeeper.work;

import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.ItemStore.Found;
import dev.lanekeeper.work.Seal.Sealed;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Writes {@code outcome}: moves finished items there out of their lanes, which the transaction has locked before. */
final class OutcomeStore {

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

    OutcomeStore(Database database) {
        this.database = database;
    }

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
        return outcomes(statement, run, items).query(OutcomeStore::found).list();
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
                .query(OutcomeStore::found)
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
}

package dev.lanekeeper.work;

import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;

/** Writes {@code tally}: counts per handler, node and minute, in the transaction that causes them. */
final class TallyStore {

    /** Slots below belong to workers and intakes; this one has what people do, and the next ones what housekeeping does. */
    static final int PEOPLE = 32_000;

    static final int HOUSEKEEPING = 32_001;

    /** Rows of whole days, as which those of minutes end. */
    private static final int DAYS = 32_002;

    /** What a row that is there already becomes when another of its minute or day comes. */
    private static final String ADDED_UP = """
            consumed = t.consumed + excluded.consumed,
            duplicates = t.duplicates + excluded.duplicates,
            stored = t.stored + excluded.stored,
            repeated = t.repeated + excluded.repeated,
            done = t.done + excluded.done,
            skipped = t.skipped + excluded.skipped,
            failed = t.failed + excluded.failed,
            rejected = t.rejected + excluded.rejected,
            discarded = t.discarded + excluded.discarded,
            failed_attempts = t.failed_attempts + excluded.failed_attempts,
            reopened_failed = t.reopened_failed + excluded.reopened_failed,
            reopened_rejected = t.reopened_rejected + excluded.reopened_rejected,
            reopened_discarded = t.reopened_discarded + excluded.reopened_discarded,
            purged = t.purged + excluded.purged,
            lost_at_broker = t.lost_at_broker + excluded.lost_at_broker,
            dropped_results = t.dropped_results + excluded.dropped_results,
            flushes = t.flushes + excluded.flushes,
            flushed_bytes = t.flushed_bytes + excluded.flushed_bytes,
            largest_flush = greatest(t.largest_flush, excluded.largest_flush),
            busy_micros = t.busy_micros + excluded.busy_micros""";

    private static final String ADD = """
                        INSERT INTO lanekeeper.tally AS t (
                               minute, node_id, slot, handler_id, consumed, duplicates, stored, repeated, done, skipped,
                               failed, rejected, discarded, failed_attempts, reopened_failed, reopened_rejected,
                               reopened_discarded, purged, lost_at_broker, dropped_results, flushes, flushed_bytes,
                               largest_flush, busy_micros)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                            ON CONFLICT (minute, node_id, slot, handler_id) DO UPDATE
                           SET %s
                        """.formatted(ADDED_UP);

    private static final String FOLD = """
                        WITH old AS (
                             DELETE FROM lanekeeper.tally AS t
                              USING (SELECT minute, node_id, slot, handler_id
                                       FROM lanekeeper.tally
                                      WHERE minute < ? AND slot <> ?
                                      ORDER BY minute
                                      LIMIT ?) AS k
                              WHERE t.minute = k.minute AND t.node_id = k.node_id AND t.slot = k.slot
                                AND t.handler_id = k.handler_id
                             RETURNING t.*),
                        folded AS (
                             INSERT INTO lanekeeper.tally AS t (
                                    minute, node_id, slot, handler_id, consumed, duplicates, stored, repeated, done, skipped,
                                    failed, rejected, discarded, failed_attempts, reopened_failed, reopened_rejected,
                                    reopened_discarded, purged, lost_at_broker, dropped_results, flushes, flushed_bytes,
                                    largest_flush, busy_micros)
                             SELECT date_trunc('day', minute, 'UTC'), 0, ?, handler_id, sum(consumed), sum(duplicates),
                                    sum(stored), sum(repeated), sum(done), sum(skipped), sum(failed), sum(rejected),
                                    sum(discarded), sum(failed_attempts), sum(reopened_failed), sum(reopened_rejected),
                                    sum(reopened_discarded), sum(purged), sum(lost_at_broker), sum(dropped_results),
                                    sum(flushes), sum(flushed_bytes), max(largest_flush), sum(busy_micros)
                               FROM old
                              GROUP BY 1, handler_id
                                 ON CONFLICT (minute, node_id, slot, handler_id) DO UPDATE
                                SET %s)
                        SELECT count(*)
                          FROM old
                        """.formatted(ADDED_UP);

    private final Database database;
    private final Clock clock;

    TallyStore(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * @param slot no two transactions of a node that may be open at once have the same one, so none waits for another's
     *     commit
     */
    void add(long nodeId, int slot, Collection<Tally> tallies) {
        var minute = Database.timestamp(clock.instant().truncatedTo(ChronoUnit.MINUTES));
        tallies.stream()
                .sorted(Comparator.comparingInt(Tally::handlerId))
                .forEach(t -> database.sql(ADD)
                        .param(minute)
                        .param(nodeId)
                        .param(slot)
                        .param(t.handlerId())
                        .param(t.get(Count.CONSUMED))
                        .param(t.get(Count.DUPLICATES))
                        .param(t.get(Count.STORED))
                        .param(t.get(Count.REPEATED))
                        .param(t.get(Count.DONE))
                        .param(t.get(Count.SKIPPED))
                        .param(t.get(Count.FAILED))
                        .param(t.get(Count.REJECTED))
                        .param(t.get(Count.DISCARDED))
                        .param(t.get(Count.FAILED_ATTEMPTS))
                        .param(t.get(Count.REOPENED_FAILED))
                        .param(t.get(Count.REOPENED_REJECTED))
                        .param(t.get(Count.REOPENED_DISCARDED))
                        .param(t.get(Count.PURGED))
                        .param(t.get(Count.LOST_AT_BROKER))
                        .param(t.get(Count.DROPPED_RESULTS))
                        .param(t.get(Count.FLUSHES))
                        .param(t.get(Count.FLUSHED_BYTES))
                        .param(t.get(Count.LARGEST_FLUSH))
                        .param(t.get(Count.BUSY_MICROS))
                        .update());
    }

    /**
     * Adds up rows of minutes into rows of days, which are kept for ever, so that every sum stays what it was.
     *
     * @param before the begin of a day in UTC
     * @param most how many rows of minutes
     * @return how many there were
     */
    int foldIntoDays(Instant before, int most) {
        return database.sql(FOLD)
                .param(Database.timestamp(before))
                .param(DAYS)
                .param(most)
                .param(DAYS)
                .query(Integer.class)
                .single();
    }
}

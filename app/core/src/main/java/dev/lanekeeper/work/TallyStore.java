package dev.lanekeeper.work;

import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;

/** Writes {@code tally}: counts per handler, node and minute, in the transaction that causes them. */
final class TallyStore {

    /** Slots below belong to workers, from here on to intakes; what people do has the last one. */
    static final int PEOPLE = 32_000;

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
                .forEach(t -> database.sql("""
                        INSERT INTO lanekeeper.tally AS t (
                               minute, node_id, slot, handler_id, consumed, duplicates, stored, repeated, done, skipped,
                               failed, rejected, discarded, failed_attempts, reopened_failed, reopened_rejected,
                               reopened_discarded, lost_at_broker, dropped_results, flushes, flushed_bytes, largest_flush,
                               busy_micros)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                            ON CONFLICT (minute, node_id, slot, handler_id) DO UPDATE
                           SET consumed = t.consumed + excluded.consumed,
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
                               lost_at_broker = t.lost_at_broker + excluded.lost_at_broker,
                               dropped_results = t.dropped_results + excluded.dropped_results,
                               flushes = t.flushes + excluded.flushes,
                               flushed_bytes = t.flushed_bytes + excluded.flushed_bytes,
                               largest_flush = greatest(t.largest_flush, excluded.largest_flush),
                               busy_micros = t.busy_micros + excluded.busy_micros
                        """)
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
                        .param(t.get(Count.LOST_AT_BROKER))
                        .param(t.get(Count.DROPPED_RESULTS))
                        .param(t.get(Count.FLUSHES))
                        .param(t.get(Count.FLUSHED_BYTES))
                        .param(t.get(Count.LARGEST_FLUSH))
                        .param(t.get(Count.BUSY_MICROS))
                        .update());
    }
}

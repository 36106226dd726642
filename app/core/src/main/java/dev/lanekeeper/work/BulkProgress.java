package dev.lanekeeper.work;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a bulk operation is.
 *
 * @param reason in the words of the person who started it; {@code null} for none
 * @param counts what has become of its items so far
 * @param collectedAt since when {@code counts.matched()} says how many there are; {@code null} while they are looked for
 * @param finishedAt {@code null} while it goes on
 * @param cancelledBy who asked it to stop; {@code null} for nobody
 */
public record BulkProgress(
        long id,
        BulkVerb verb,
        FailureFilter filter,
        String operator,
        @Nullable String reason,
        Counts counts,
        Instant startedAt,
        @Nullable Instant collectedAt,
        @Nullable Instant finishedAt,
        @Nullable String cancelledBy) {

    /**
     * Items, by what became of them.
     *
     * @param matched how many matched the filter when the operation began
     * @param done retried, or discarded
     * @param behindParking of the done ones: they wait in a lane that is parked for another reason
     * @param running skipped: somebody else had retried it, and a run works on it
     * @param waiting skipped: somebody else had retried it, and it waits for its turn
     * @param ended skipped: it was done or discarded meanwhile
     * @param purged skipped: it is no longer there
     */
    public record Counts(
            long matched, long done, long behindParking, long running, long waiting, long ended, long purged) {

        public long skipped() {
            return running + waiting + ended + purged;
        }

        /** What has not been looked at; of a finished operation, what it left when it was cancelled. */
        public long left() {
            return Math.max(0, matched - done - skipped());
        }
    }

    public boolean isFinished() {
        return finishedAt != null;
    }
}

package dev.lanekeeper.work;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether everything that came to one handler is still accounted for.
 *
 * @param tallied what the transactions said that they did; finished items that were reopened are subtracted
 * @param counted the rows that there are
 */
public record Balance(String handler, Tallied tallied, Counted counted) {

    /**
     * Sums of {@code tally}.
     *
     * @param repeated those of the stored ones that a person had stored anew
     */
    public record Tallied(
            long consumed,
            long duplicates,
            long stored,
            long repeated,
            long done,
            long skipped,
            long failed,
            long rejected,
            long discarded,
            long purged) {

        /** Those that should be waiting. */
        public long waiting() {
            return stored - done - skipped - failed - rejected - discarded;
        }
    }

    /**
     * Rows.
     *
     * @param consumed by {@code partition_progress}
     * @param items of {@code work_item}
     * @param waiting of {@code lane_item}
     */
    public record Counted(
            long consumed,
            long items,
            long waiting,
            long done,
            long skipped,
            long failed,
            long rejected,
            long discarded) {}

    /** One line for each sum that does not come out; empty when nothing was lost and nothing came twice. */
    public List<String> faults() {
        var faults = new ArrayList<String>();
        compare(faults, "consumed", tallied.consumed, "stored - repeated + duplicates", inflow());
        compare(faults, "consumed", tallied.consumed, "consumed by partition_progress", counted.consumed);
        compare(faults, "stored - finished", tallied.waiting(), "rows of lane_item", counted.waiting);
        compare(faults, "stored - purged", tallied.stored - tallied.purged, "rows of work_item", counted.items);
        var purged = 0L;
        purged += gone(faults, "done", tallied.done, counted.done);
        // Failures are never purged.
        compare(faults, "failed", tallied.failed, "failed rows", counted.failed);
        compare(faults, "rejected", tallied.rejected, "rejected rows", counted.rejected);
        purged += gone(faults, "discarded", tallied.discarded, counted.discarded);
        gone(faults, "skipped", tallied.skipped, counted.skipped);
        if (purged > tallied.purged) {
            faults.add("%s: %d finished items have no row, and only %d were purged"
                    .formatted(handler, purged, tallied.purged));
        }
        return faults;
    }

    private long inflow() {
        return tallied.stored - tallied.repeated + tallied.duplicates;
    }

    private void compare(List<String> faults, String left, long is, String right, long other) {
        if (is != other) {
            faults.add("%s: %s = %d, but %s = %d".formatted(handler, left, is, right, other));
        }
    }

    /** How many of a state have no row any more. */
    private long gone(List<String> faults, String state, long tallied, long rows) {
        if (rows > tallied) {
            faults.add("%s: %s = %d, but there are %d rows".formatted(handler, state, tallied, rows));
        }
        return Math.max(0, tallied - rows);
    }
}

package dev.lanekeeper.latency;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How old work was when it was done, as one node found it for all of them.
 *
 * @param nodeId who reported
 * @param events by the handler's id: from the record's timestamp until its item was finished
 * @param outbox from the creation of an entry until its items were finished
 */
public record LatencyReport(Instant reportedAt, long nodeId, Map<String, Ages> events, Ages outbox) {

    /**
     * Of what was acknowledged, skipped with a row, or rejected in the time since about the last report; all 0 when that is
     * nothing. Seconds.
     *
     * @param count of how many
     * @param skewed how many of these seem to have been finished before they were created, since clocks of different machines
     *     disagree; they count as 0 seconds
     * @param highestSinceCreationDate how old the oldest is that is not finished, waiting for a retry or not; of more than
     *     20,000 unfinished ones, the oldest of the first 20,000 and of the first of each handler
     */
    public record Ages(
            long count, long skewed, double minimum, double maximum, double average, double highestSinceCreationDate) {

        static final Ages NONE = new Ages(0, 0, 0, 0, 0, 0);
    }

    /** One row of it; no handler's name for the outbox. */
    record Row(Instant reportedAt, long nodeId, @Nullable String handler, Ages ages) {}

    static @Nullable LatencyReport of(List<Row> rows) {
        if (rows.isEmpty()) {
            return null;
        }
        var outbox = Ages.NONE;
        var events = new TreeMap<String, Ages>();
        for (var row : rows) {
            var handler = row.handler();
            if (handler == null) {
                outbox = row.ages();
            } else {
                events.put(handler, row.ages());
            }
        }
        return new LatencyReport(rows.get(0).reportedAt(), rows.get(0).nodeId(), Map.copyOf(events), outbox);
    }

    /** Whether it is the same report, and not only one with the same numbers. */
    boolean isSameAs(@Nullable LatencyReport other) {
        return other != null && other.nodeId == nodeId && other.reportedAt.equals(reportedAt);
    }
}

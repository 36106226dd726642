package dev.lanekeeper.work;

import java.util.EnumMap;
import java.util.Map;

/** What one transaction adds to the counts of one handler. */
final class Tally {

    /** A column of {@code tally}. */
    enum Count {
        CONSUMED,
        DUPLICATES,
        STORED,
        REPEATED,
        DONE,
        SKIPPED,
        FAILED,
        REJECTED,
        DISCARDED,
        FAILED_ATTEMPTS,
        REOPENED_FAILED,
        REOPENED_REJECTED,
        REOPENED_DISCARDED,
        PURGED,
        LOST_AT_BROKER,
        DROPPED_RESULTS,
        FLUSHES,
        FLUSHED_BYTES,
        LARGEST_FLUSH,
        BUSY_MICROS
    }

    private final int handlerId;
    private final Map<Count, Long> counts = new EnumMap<>(Count.class);

    Tally(int handlerId) {
        this.handlerId = handlerId;
    }

    /** Of items that came and were all stored at once. */
    static Tally ofFlush(int handlerId, int items, long bytes) {
        return new Tally(handlerId)
                .add(Count.CONSUMED, items)
                .add(Count.STORED, items)
                .add(Count.FLUSHES, 1)
                .add(Count.LARGEST_FLUSH, items)
                .add(Count.FLUSHED_BYTES, bytes);
    }

    int handlerId() {
        return handlerId;
    }

    Tally add(Count count, long number) {
        counts.merge(count, number, Long::sum);
        return this;
    }

    long get(Count count) {
        return counts.getOrDefault(count, 0L);
    }

    static Tally.Count of(State state) {
        return switch (state) {
            case DONE -> Count.DONE;
            case FAILED -> Count.FAILED;
            case REJECTED -> Count.REJECTED;
            case DISCARDED -> Count.DISCARDED;
            case SKIPPED -> Count.SKIPPED;
        };
    }
}

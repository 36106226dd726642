package dev.lanekeeper.intake.kafka;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When the buffered records of a consumer are stored; whichever limit is reached first. Read anew for every decision, so
 * all of them can be changed while running.
 *
 * @param size records of one flush; a larger backlog is stored in slices of exactly this size
 * @param bytes keys, values and headers of one flush; a record that is larger is stored alone
 * @param interval the age of the oldest buffered record at which it is stored with all others; {@code null} for off, which
 *     leaves a slow topic unstored until its size is reached or its consumer stops
 */
public record FlushSettings(int size, long bytes, @Nullable Duration interval) {

    /** 500 records, 8 MB, 50 ms. */
    public static final FlushSettings DEFAULT = new FlushSettings(500, 8L << 20, Duration.ofMillis(50));

    public FlushSettings {
        if (size < 1 || bytes < 1 || (interval != null && interval.isNegative())) {
            throw new IllegalArgumentException(
                    "flush-size and flush-bytes must be at least 1 and flush-interval not negative, but were %d, %d and %s"
                            .formatted(size, bytes, interval));
        }
    }
}

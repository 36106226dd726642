package dev.lanekeeper.console.lane;

import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Where in a list of lanes a page ends.
 *
 * @param value what the list is ordered by: how many items wait, or microseconds since 1970
 */
public record LanePlace(long value, UUID laneId) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})\\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})");

    static LanePlace at(Instant time, UUID laneId) {
        return new LanePlace(Database.micros(time), laneId);
    }

    Instant time() {
        return Instant.EPOCH.plus(value, ChronoUnit.MICROS);
    }

    /** In an order by length, the longest first; the database compares ids as numbers without a sign. */
    boolean isShorterThan(LanePlace other) {
        return value != other.value ? value < other.value : compareUnsigned(laneId, other.laneId) < 0;
    }

    private static int compareUnsigned(UUID a, UUID b) {
        var high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
    }

    /** For a URL; {@link #parse} reads it. */
    public String text() {
        return value + "." + laneId;
    }

    /** Empty for anything that {@link #text} has not written. */
    public static Optional<LanePlace> parse(String text) {
        var match = TEXT.matcher(text);
        return match.matches()
                ? Optional.of(new LanePlace(Long.parseLong(match.group(1)), UUID.fromString(match.group(2))))
                : Optional.empty();
    }
}

package dev.lanekeeper.console.lane;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Which lanes are listed, and in which order. */
public enum LaneList {
    /** That runs work on; the one with most to do first. */
    ACTIVE,
    /** Whose head waits for its next attempt; the one that waits longest first. */
    BLOCKED,
    /** That wait for a worker; the one that has waited longest first. */
    READY,
    /** That wait for a person; the one that was parked last first. */
    PARKED,
    /** In which more than one item waits, as {@link LongestLanes} has compared them; the one with most to do first. */
    LONGEST;

    private static final UUID LEAST = new UUID(0, 0);
    private static final UUID GREATEST = new UUID(-1, -1);

    LanePlace start() {
        return switch (this) {
            case READY -> new LanePlace(0, LEAST);
            case ACTIVE, LONGEST -> new LanePlace(Integer.MAX_VALUE, GREATEST);
            case BLOCKED, PARKED -> LanePlace.at(Instant.parse("9999-12-31T23:59:59Z"), GREATEST);
        };
    }

    /** Reads what somebody typed; empty for a word that is no list. */
    public static Optional<LaneList> parse(String text) {
        var name = text.strip().toUpperCase(Locale.ROOT);
        for (var list : values()) {
            if (list.name().equals(name)) {
                return Optional.of(list);
            }
        }
        return Optional.empty();
    }
}

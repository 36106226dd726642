package dev.lanekeeper.console.lane;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a lane does at this moment. */
public enum LaneState {
    /** A run works on it. */
    ACTIVE,
    /** It waits for a worker. */
    READY,
    /** Its head waits for its next attempt. */
    BLOCKED,
    /** A person must act. */
    PARKED;

    static LaneState of(@Nullable Long ownerNode, @Nullable Instant parkedAt, Instant dueAt, Instant now) {
        if (ownerNode != null) {
            return ACTIVE;
        }
        if (parkedAt != null) {
            return PARKED;
        }
        return dueAt.isAfter(now) ? BLOCKED : READY;
    }

    /** Reads what somebody typed; empty for a word that is no state. */
    public static Optional<LaneState> parse(String text) {
        var name = text.strip().toUpperCase(Locale.ROOT);
        for (var state : values()) {
            if (state.name().equals(name)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}

package dev.lanekeeper.console.item;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Where an item stands, as a page and the JSON name it. */
public enum ItemState {
    WAITING(0),
    DONE(1),
    FAILED(2),
    REJECTED(3),
    DISCARDED(4),
    SKIPPED(5);

    /** What stands in the list of failures: an event that used up its retries, or that its handler refused. */
    public static final Set<ItemState> FAILURES = Set.of(FAILED, REJECTED);

    private final int code;

    ItemState(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static ItemState of(int code) {
        for (var state : values()) {
            if (state.code == code) {
                return state;
            }
        }
        throw new IllegalArgumentException("outcome.state " + code + " is unknown to this release");
    }

    /** Reads what somebody typed; empty for a word that is no state. */
    public static Optional<ItemState> parse(String text) {
        var name = text.strip().toUpperCase(Locale.ROOT);
        for (var state : values()) {
            if (state.name().equals(name)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}

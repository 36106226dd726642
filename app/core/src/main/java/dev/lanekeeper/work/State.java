package dev.lanekeeper.work;

/** How a finished item ended; an unfinished one is {@code WAITING} and has no row in {@code outcome}. */
public enum State {
    DONE(1),
    FAILED(2),
    REJECTED(3),
    DISCARDED(4),
    SKIPPED(5);

    private final short code;

    State(int code) {
        this.code = (short) code;
    }

    public short code() {
        return code;
    }

    public static State of(int code) {
        for (var state : values()) {
            if (state.code == code) {
                return state;
            }
        }
        throw new IllegalArgumentException("outcome.state " + code + " is unknown to this release");
    }
}

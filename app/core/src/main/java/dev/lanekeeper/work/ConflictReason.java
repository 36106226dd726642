package dev.lanekeeper.work;

/** What became of an item that met another with the same key, or was refused its lock in the run; {@code unique_conflict.reason}. */
public enum ConflictReason {
    /** It was dropped, or is kept as discarded. */
    DUPLICATE(1),
    /** It is kept as rejected. */
    REJECTED(2),
    /** The one before was discarded for it. */
    REPLACED(3),
    /** The one before has taken its payload. */
    UPDATED(4),
    /** It comes again later, and claims the key then. */
    RESCHEDULED(5),
    /** The one before, which was to run later, was discarded for it, and the time begins anew. */
    DEBOUNCED(6),
    /** It comes when the first of its period has left. */
    THROTTLED(7),
    /** It was put off too often. */
    GAVE_UP(8),
    /** It was to run, and is kept as discarded. */
    DROPPED_IN_RUN(9),
    /** It was to run, and the attempt has failed. */
    FAILED_IN_RUN(10),
    /** It was to run, and is kept as rejected. */
    REJECTED_IN_RUN(11),
    /** It was to run, and comes again later. */
    RESCHEDULED_IN_RUN(12),
    /** It was to run, was rescheduled too often, and is kept as rejected. */
    GAVE_UP_IN_RUN(13);

    private final int code;

    ConflictReason(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public static ConflictReason of(int code) {
        for (var reason : values()) {
            if (reason.code == code) {
                return reason;
            }
        }
        throw new IllegalArgumentException("no reason of a conflict has the code " + code);
    }
}

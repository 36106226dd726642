package dev.lanekeeper.console.lane;

import org.jspecify.annotations.Nullable;

/** Why a lane waits for a lock that is shared with other applications, in Redis. */
public enum LockElsewhere {
    ANOTHER_APPLICATION("which another application has"),
    NO_ANSWER("which Redis does not give now");

    private final String words;

    LockElsewhere(String words) {
        this.words = words;
    }

    /** To follow the name of the lock. */
    String words() {
        return words;
    }

    /** @param number as {@code lock_waiter.elsewhere} has it */
    static @Nullable LockElsewhere of(@Nullable Integer number) {
        return number == null ? null : values()[number - 1];
    }
}

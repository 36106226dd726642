package dev.lanekeeper.run;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An item was not given a lock that it needs, and is to fail for it. */
final class LockNotGrantedException extends Exception {

    private static final long serialVersionUID = 1L;

    LockNotGrantedException(String lock, @Nullable Long holder) {
        super(
                holder == null
                        ? "the lock " + lock + " is for others first"
                        : "the lock " + lock + " is held by item " + holder);
    }

    /** For people. */
    String why() {
        return Objects.requireNonNull(getMessage());
    }
}

package dev.lanekeeper.work;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What became of an item that claims a lock, or of a job. */
public sealed interface StoredJob {

    /** @param dueAt when it becomes an item; {@code null} when it is one */
    record Stored(long id, @Nullable Instant dueAt) implements StoredJob {

        boolean scheduled() {
            return dueAt != null;
        }
    }

    /** It recurs, and is next due then. */
    record Recurs(long id, String name, Instant nextAt) implements StoredJob {}

    /** Another holds its lock: the item, or scheduled job, {@code of}; it was dropped, or is kept as discarded. */
    record Duplicate(long of) implements StoredJob {}

    /** It was kept as a rejected item, since another holds its lock. */
    record Rejected(long id, long of) implements StoredJob {}

    /** It has taken the place of another, which was discarded. */
    record Replaced(long id, @Nullable Instant dueAt, long replaced) implements StoredJob {

        boolean scheduled() {
            return dueAt != null;
        }
    }

    /** Another that waits has taken its payload. */
    record Updated(long of) implements StoredJob {}

    /**
     * It comes later, since others hold its lock.
     *
     * @param throttled whether it has a place of its own by then; if not, it claims the lock again
     */
    record PutOff(long id, Instant dueAt, long behind, boolean throttled) implements StoredJob {}

    /** It was put off as often as it may be, and another still holds its lock. */
    record GaveUp(long of) implements StoredJob {}
}

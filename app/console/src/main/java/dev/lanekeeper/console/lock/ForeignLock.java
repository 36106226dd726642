package dev.lanekeeper.console.lock;

import dev.lanekeeper.lock.RemoteLocks.Owner;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A lock in Redis that items wait for and another application has.
 *
 * @param since when the first item began to wait
 * @param waiters how many wait, also those that others of their own application come before
 * @param first the item that goes first
 * @param handler of that one
 * @param owner {@code null} while it cannot be found out
 */
public record ForeignLock(
        UUID digest,
        String name,
        Instant since,
        long waiters,
        long first,
        @Nullable String handler,
        @Nullable Owner owner) {

    ForeignLock of(@Nullable Owner found) {
        return new ForeignLock(digest, name, since, waiters, first, handler, found);
    }
}

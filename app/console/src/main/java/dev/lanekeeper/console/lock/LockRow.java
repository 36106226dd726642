package dev.lanekeeper.console.lock;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A lock that somebody has.
 *
 * @param side {@code enqueue} for those that decide what is stored, {@code run} for those that decide what runs
 * @param number of the holder on the side {@code enqueue}, the fencing token on the side {@code run}
 * @param name its key; on the side {@code run} with the lock's name before it
 * @param type which lock it is, in one word
 * @param handler of the holder; {@code null} when there is none any more
 * @param holder the item, or the scheduled job
 * @param scheduled whether the holder is no item yet
 * @param gone whether the holder is finished and its lock is held until it expires
 * @param node the node that works on it; {@code null} for none
 * @param most how many may have it at once
 * @param expires {@code null} for a lock that ends with its holder
 * @param token the fencing token; {@code null} on the side {@code enqueue}
 * @param waiters how many wait for it
 * @param conflicts how many lost to the holder, or were replaced by it
 * @param lastConflict when the last of these came
 */
public record LockRow(
        String side,
        UUID digest,
        long number,
        String name,
        String type,
        @Nullable String handler,
        long holder,
        boolean scheduled,
        boolean gone,
        @Nullable Long node,
        int most,
        Instant since,
        @Nullable Instant expires,
        @Nullable Long token,
        long waiters,
        long conflicts,
        @Nullable Instant lastConflict) {}

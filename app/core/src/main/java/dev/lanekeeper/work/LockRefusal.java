package dev.lanekeeper.work;

import org.jspecify.annotations.Nullable;

/**
 * An item that was to run, was not given a lock, and does not wait for it; counted when its result is recorded.
 *
 * @param holder the item that has the lock; {@code null} when others come first, or another application has it
 * @param reason what becomes of it, in the run
 */
public record LockRefusal(
        long itemId, int handlerId, LockNeed lock, @Nullable Long holder, ConflictReason reason) {}

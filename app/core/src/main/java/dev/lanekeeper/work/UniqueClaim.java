package dev.lanekeeper.work;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An item's claim to be the only one of its key.
 *
 * @param handler the handler's id
 * @param key as it was computed when the item came; never again
 */
public record UniqueClaim(UniqueRule rule, String handler, String key) {

    /** What locks of items that are the same have in common. */
    public UUID digest() {
        return LaneIds.of(rule.acrossHandlers() ? "" : handler, key);
    }

    /** The claim that decides what is enqueued; {@code null} when any number may be. */
    public static @Nullable UniqueClaim atEnqueueing(@Nullable UniqueClaim claim) {
        return claim == null || !claim.rule().lock().isHeldFromEnqueueing() ? null : claim;
    }

    /** The same with something else for the key where that must not be read. */
    UniqueClaim under(String pseudonym) {
        return new UniqueClaim(rule, handler, pseudonym);
    }
}

package dev.lanekeeper.work;

import dev.lanekeeper.api.job.Unique.Conflict;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A job's claim to be the only one of its key.
 *
 * @param handler the handler's id
 * @param key as it was computed when the job was enqueued; never again
 */
public record UniqueClaim(UniqueRule rule, String handler, String key) {

    /** What locks of jobs that are the same have in common. */
    UUID digest() {
        return LaneIds.of(rule.acrossHandlers() ? "" : handler, key);
    }

    /** The claim that decides what is enqueued; {@code null} when any number may be. */
    public static @Nullable UniqueClaim atEnqueueing(@Nullable UniqueClaim claim) {
        return claim == null || !claim.rule().lock().isHeldFromEnqueueing() ? null : claim;
    }

    /** Where the job that holds the lock cannot be replaced, the new one is told of it as usual. */
    UniqueClaim withoutReplacing() {
        return new UniqueClaim(
                new UniqueRule(rule.lock(), rule.key(), rule.ttl(), rule.limit(), rule.acrossHandlers(), Conflict.LOG),
                handler,
                key);
    }
}

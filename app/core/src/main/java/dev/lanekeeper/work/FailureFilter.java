package dev.lanekeeper.work;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which failures; {@code null} in a field means any.
 *
 * @param handler its id
 * @param state FAILED or REJECTED; {@code null} for both
 * @param entity the entity's id, as the handler named it
 * @param from failed then or later
 * @param to failed before
 */
public record FailureFilter(
        @Nullable String handler,
        @Nullable String topic,
        @Nullable State state,
        @Nullable String fingerprint,
        @Nullable String resource,
        @Nullable String entity,
        @Nullable Instant from,
        @Nullable Instant to) {

    /** Every failure there is. */
    public static final FailureFilter ALL = new FailureFilter(null, null, null, null, null, null, null, null);

    public FailureFilter {
        if (state != null && state != State.FAILED && state != State.REJECTED) {
            throw new IllegalArgumentException("a failure is FAILED or REJECTED, not " + state);
        }
    }
}

package dev.lanekeeper.api.job;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a job is enqueued; immutable.
 *
 * @param at when it may run first; {@code null} for now, or for {@code after}
 * @param after how long from now until it may run; {@code null} for now, or for {@code at}
 * @param resource the resource whose lane it goes to, in place of what the handler says; {@code null} for what it says
 * @param uniqueKey the key by which it is unique, in place of what {@link Unique#key()} says; {@code null} for what it says
 * @param label a word for people, shown beside the job; {@code null} for none
 * @param priority from 0 (default) to 9: which of a handler's lanes that are ready go first, when workers are scarce
 */
public record JobOptions(
        @Nullable Instant at,
        @Nullable Duration after,
        @Nullable String resource,
        @Nullable String uniqueKey,
        @Nullable String label,
        int priority) {

    /** The highest priority. */
    public static final int MOST_URGENT = 9;

    private static final JobOptions NOW = new JobOptions(null, null, null, null, null, 0);

    public JobOptions {
        if (at != null && after != null) {
            throw new IllegalArgumentException("A job is enqueued for a time or after a delay, not both");
        }
        if (after != null && after.isNegative()) {
            throw new IllegalArgumentException("A job cannot be enqueued after " + after + ", which is in the past");
        }
        if (priority < 0 || priority > MOST_URGENT) {
            throw new IllegalArgumentException(
                    "The priority of a job is from 0 to " + MOST_URGENT + ", and not " + priority);
        }
    }

    public static JobOptions now() {
        return NOW;
    }

    /** Not before this time, by the database's clock; a time that has passed means now. */
    public static JobOptions at(Instant time) {
        return new JobOptions(time, null, null, null, null, 0);
    }

    public static JobOptions after(Duration delay) {
        return new JobOptions(null, delay, null, null, null, 0);
    }

    public JobOptions withResource(@Nullable String key) {
        return new JobOptions(at, after, key, uniqueKey, label, priority);
    }

    /** Of a handler that is {@link Unique}. */
    public JobOptions withUniqueKey(@Nullable String key) {
        return new JobOptions(at, after, resource, key, label, priority);
    }

    public JobOptions withLabel(@Nullable String word) {
        return new JobOptions(at, after, resource, uniqueKey, word, priority);
    }

    /**
     * Of the lanes of a handler that are ready, those whose next job has the higher priority go first, and among those the one that is
     * ready longest. The order within a lane stays, and so do the shares that handlers have of the workers.
     */
    public JobOptions withPriority(int from0To9) {
        return new JobOptions(at, after, resource, uniqueKey, label, from0To9);
    }
}

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
 */
public record JobOptions(
        @Nullable Instant at,
        @Nullable Duration after,
        @Nullable String resource,
        @Nullable String uniqueKey,
        @Nullable String label) {

    private static final JobOptions NOW = new JobOptions(null, null, null, null, null);

    public JobOptions {
        if (at != null && after != null) {
            throw new IllegalArgumentException("A job is enqueued for a time or after a delay, not both");
        }
        if (after != null && after.isNegative()) {
            throw new IllegalArgumentException("A job cannot be enqueued after " + after + ", which is in the past");
        }
    }

    public static JobOptions now() {
        return NOW;
    }

    /** Not before this time, by the database's clock; a time that has passed means now. */
    public static JobOptions at(Instant time) {
        return new JobOptions(time, null, null, null, null);
    }

    public static JobOptions after(Duration delay) {
        return new JobOptions(null, delay, null, null, null);
    }

    public JobOptions withResource(@Nullable String key) {
        return new JobOptions(at, after, key, uniqueKey, label);
    }

    /** Of a handler that is {@link Unique}. */
    public JobOptions withUniqueKey(@Nullable String key) {
        return new JobOptions(at, after, resource, key, label);
    }

    public JobOptions withLabel(@Nullable String word) {
        return new JobOptions(at, after, resource, uniqueKey, word);
    }
}

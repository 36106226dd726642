package dev.lanekeeper.api.job;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * How a job is enqueued; immutable. Without a time, a delay or a recurrence: now.
 *
 * @param at when it may run first; {@code null} for another of these
 * @param after how long from now until it may run; {@code null} for another of these
 * @param recurring when it is done again and again; {@code null} for once
 * @param resource the resource whose lane it goes to, in place of what the handler says; {@code null} for what it says
 * @param uniqueKey the key by which it is unique, in place of what {@link Unique#key()} says; {@code null} for what it says
 * @param label a word for people, shown beside the job; {@code null} for none, of one that recurs for its name
 * @param priority from 0 (default) to 9: which of a handler's lanes that are ready go first, when workers are scarce
 */
public record JobOptions(
        @Nullable Instant at,
        @Nullable Duration after,
        @Nullable Recurring recurring,
        @Nullable String resource,
        @Nullable String uniqueKey,
        @Nullable String label,
        int priority) {

    /** The highest priority. */
    public static final int MOST_URGENT = 9;

    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final JobOptions NOW = new JobOptions(null, null, null, null, null, null, 0);

    /**
     * When a job is done again and again, and under which name: enqueued once more under the same name for the same handler, it
     * changes and is still one.
     *
     * @param name up to 200 characters
     * @param cron second, minute, hour, day, month and weekday, or {@code @daily} and the like
     * @param zone the time zone in which they are meant
     */
    public record Recurring(String name, String cron, ZoneId zone) {

        /** The longest name, in characters. */
        public static final int LONGEST_NAME = 200;

        public Recurring {
            if (name.isBlank() || name.length() > LONGEST_NAME || name.indexOf('\0') >= 0) {
                throw new IllegalArgumentException("A job that recurs needs a name of up to " + LONGEST_NAME
                        + " characters, by which it is changed and ended, and not '" + name + "'");
            }
        }
    }

    public JobOptions {
        if (at != null && after != null) {
            throw new IllegalArgumentException("A job is enqueued for a time or after a delay, not both");
        }
        if (recurring != null && (at != null || after != null)) {
            throw new IllegalArgumentException(
                    "A job is enqueued for a time, after a delay, or again and again: say one of them");
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
        return new JobOptions(time, null, null, null, null, null, 0);
    }

    public static JobOptions after(Duration delay) {
        return new JobOptions(null, delay, null, null, null, null, 0);
    }

    /**
     * Again and again, in UTC; see {@link #recurring(String, String, ZoneId)}.
     *
     * @throws IllegalArgumentException if the name is empty or too long
     */
    public static JobOptions recurring(String name, String cron) {
        return recurring(name, cron, UTC);
    }

    /**
     * Again and again. Each time a job with this payload and these options is stored, whatever the number of nodes, unless that of
     * the time before is unfinished, or a person has paused it. A local time that a day does not have, when clocks are set forward, is
     * left out, and one that a day has twice comes twice.
     *
     * @param name under which it is known among those of its handler
     * @param cron second, minute, hour, day, month and weekday, or {@code @daily} and the like
     * @throws IllegalArgumentException if the name is empty or too long; {@link Jobs#enqueue} refuses a cron expression that
     *     cannot be read
     */
    public static JobOptions recurring(String name, String cron, ZoneId zone) {
        return new JobOptions(null, null, new Recurring(name, cron, zone), null, null, null, 0);
    }

    public JobOptions withResource(@Nullable String key) {
        return new JobOptions(at, after, recurring, key, uniqueKey, label, priority);
    }

    /** Of a handler that is {@link Unique}. */
    public JobOptions withUniqueKey(@Nullable String key) {
        return new JobOptions(at, after, recurring, resource, key, label, priority);
    }

    public JobOptions withLabel(@Nullable String word) {
        return new JobOptions(at, after, recurring, resource, uniqueKey, word, priority);
    }

    /**
     * Of the lanes of a handler that are ready, those whose next job has the higher priority go first, and among those the one that is
     * ready longest. The order within a lane stays, and so do the shares that handlers have of the workers.
     */
    public JobOptions withPriority(int from0To9) {
        return new JobOptions(at, after, recurring, resource, uniqueKey, label, from0To9);
    }
}

package dev.lanekeeper.console.v1;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * When a job is to run, and why.
 *
 * @param at {@code null} when {@code after} says it
 * @param after {@code null} when {@code at} says it
 */
record NewTime(
        @Nullable Instant at,
        @Nullable Duration after,
        @Nullable String reason) {

    private static final Duration LONGEST = Duration.ofDays(365_000);

    private record Body(
            @Nullable String at,
            @Nullable String after,
            @Nullable String reason) {}

    static NewTime of(byte @Nullable [] body) {
        var wanted = Json.read(body, Body.class);
        if (wanted.at() == null && wanted.after() == null) {
            throw Parameters.refused("at", "is missing, and so is after; one of them says when");
        }
        return new NewTime(time(wanted.at(), wanted.after()), delay(wanted.after()), wanted.reason());
    }

    static @Nullable Instant time(@Nullable String at, @Nullable String after) {
        if (at == null) {
            return null;
        }
        if (after != null) {
            throw Parameters.refused("after", "cannot be given together with at");
        }
        try {
            return OffsetDateTime.parse(at).toInstant();
        } catch (DateTimeParseException e) {
            throw Parameters.refused("at", "is no time such as 2026-11-22T04:19:01Z");
        }
    }

    static @Nullable Duration delay(@Nullable String after) {
        if (after == null) {
            return null;
        }
        Duration delay;
        try {
            delay = DurationStyle.detectAndParse(after);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw Parameters.refused("after", "is no time span such as 90s, 3h or PT15M");
        }
        if (delay.isNegative()) {
            throw Parameters.refused("after", "is negative");
        }
        if (delay.compareTo(LONGEST) > 0) {
            throw Parameters.refused("after", "is longer than a thousand years");
        }
        return delay;
    }

    /** A time that has passed means now. */
    Instant dueAt(Instant now) {
        return at != null ? at : after == null ? now : now.plus(after);
    }
}

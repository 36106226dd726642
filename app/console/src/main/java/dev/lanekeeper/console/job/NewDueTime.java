package dev.lanekeeper.console.job;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import org.springframework.boot.convert.DurationStyle;

/** Reads when a job is to run, as a person types it: a time, or how long from now. */
final class NewDueTime {

    private static final String ALLOWED =
            "write a time such as 2026-11-22T04:19:01Z, or how long from now, such as 90s, 3h or 7d";

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private NewDueTime() {}

    /**
     * A time that has passed means now.
     *
     * @throws IllegalArgumentException with words for the person who has typed it
     */
    static Instant parse(String typed, Instant now) {
        var time = time(typed.strip(), now);
        if (time.isAfter(LATEST)) {
            throw new IllegalArgumentException("write a time of this era: no later than the year 9999");
        }
        return time.isBefore(now) ? now : time;
    }

    private static Instant time(String text, Instant now) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            return after(text, now);
        }
    }

    private static Instant after(String text, Instant now) {
        try {
            var delay = DurationStyle.detectAndParse(text);
            if (!delay.isNegative() && !isBareNumber(text)) {
                return now.plus(delay);
            }
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException(ALLOWED, e);
        }
        throw new IllegalArgumentException(ALLOWED);
    }

    /** It would be milliseconds, which nobody means. */
    private static boolean isBareNumber(String text) {
        return text.chars().allMatch(c -> Character.isDigit(c) || c == '+');
    }
}

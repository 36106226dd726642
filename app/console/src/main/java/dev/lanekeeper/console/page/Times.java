package dev.lanekeeper.console.page;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Shows times and durations, the same way on every page; by the database's clock. */
public final class Times {

    private final Supplier<? extends Clock> clock;
    private final DateTimeFormatter exact;

    /** @param clock asked for at the first use, as the database may not be known before */
    public Times(Supplier<? extends Clock> clock, ZoneId zone) {
        this.clock = clock;
        this.exact = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
                .withZone(zone);
    }

    public Instant now() {
        return clock.get().instant();
    }

    /** {@code null} for a time that there is none of. */
    public @Nullable Moment moment(@Nullable Instant instant) {
        if (instant == null) {
            return null;
        }
        var millis = instant.truncatedTo(ChronoUnit.MILLIS);
        return new Moment(millis.toString(), exact.format(millis), relative(Duration.between(instant, now())));
    }

    /** Hours and minutes in the console's zone, for the axis of a picture. */
    public String clockTime(Instant instant) {
        return exact.format(instant).substring(11, 16);
    }

    private static String relative(Duration ago) {
        if (ago.abs().compareTo(Duration.ofSeconds(1)) < 0) {
            return "now";
        }
        return ago.isNegative() ? "in " + age(ago.negated()) : age(ago) + " ago";
    }

    /** About how long, in one unit: {@code 340 ms}, {@code 12 s}, {@code 3 min}, {@code 5 h}, {@code 12 d}. */
    public static String age(Duration duration) {
        var seconds = duration.toSeconds();
        if (seconds < 1) {
            return duration.toMillis() + " ms";
        }
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 7_200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3_600 + " h" : seconds / 86_400 + " d";
    }

    /** With three digits that count, as latencies are read: {@code 0.84 ms}, {@code 12.6 ms}, {@code 1.52 s}. */
    public static String precise(Duration duration) {
        var micros = duration.toNanos() / 1_000.0;
        if (micros < 1_000_000) {
            return digits(micros / 1_000) + " ms";
        }
        return micros < 120_000_000 ? digits(micros / 1_000_000) + " s" : age(duration);
    }

    private static String digits(double number) {
        var format = number < 9.995 ? "%.2f" : number < 99.95 ? "%.1f" : "%.0f";
        return format.formatted(number);
    }
}

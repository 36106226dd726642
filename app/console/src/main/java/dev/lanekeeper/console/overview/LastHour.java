package dev.lanekeeper.console.overview;

import dev.lanekeeper.console.overview.OverviewSearch.Minute;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;

/** The minutes of the last hour, as lines to be drawn and as the rate of right now. */
final class LastHour {

    static final int MINUTES = 60;

    private final List<Minute> minutes;
    private final Instant current;
    private final double elapsed;

    /** @param minutes of those handlers that are to be added up */
    LastHour(List<Minute> minutes, Instant now) {
        this.minutes = minutes;
        this.current = now.truncatedTo(ChronoUnit.MINUTES);
        this.elapsed = Duration.between(current, now).toMillis() / 60_000.0;
    }

    static Instant since(Instant now) {
        return now.truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(MINUTES - 1));
    }

    LastHour of(int handlerId) {
        return new LastHour(
                minutes.stream().filter(m -> m.handlerId() == handlerId).toList(), current, elapsed);
    }

    private LastHour(List<Minute> minutes, Instant current, double elapsed) {
        this.minutes = minutes;
        this.current = current;
        this.elapsed = elapsed;
    }

    /** For each minute, the last one being the minute that has just passed, whatever the clock says. */
    List<Double> line(ToLongFunction<Minute> value) {
        var sums = sums(value);
        var line = new Double[MINUTES];
        for (var i = 0; i < MINUTES; i++) {
            line[i] = (double) sums[i];
        }
        line[MINUTES - 1] = sums[MINUTES - 1] + (1 - elapsed) * sums[MINUTES - 2];
        return List.of(line);
    }

    /** In the minute that has just passed. */
    double perSecond(ToLongFunction<Minute> value) {
        return line(value).get(MINUTES - 1) / 60;
    }

    long total(ToLongFunction<Minute> value) {
        return Arrays.stream(sums(value)).sum();
    }

    /** How many were waiting at the end of each minute, counted back from those that wait now. */
    List<Long> waiting(long now) {
        var growth = sums(Minute::growth);
        var line = new Long[MINUTES];
        var waiting = now;
        for (var i = MINUTES - 1; i >= 0; i--) {
            line[i] = Math.max(0, waiting);
            waiting -= growth[i];
        }
        return List.of(line);
    }

    private long[] sums(ToLongFunction<Minute> value) {
        var sums = new long[MINUTES];
        for (var minute : minutes) {
            var ago = Duration.between(minute.minute().toInstant(), current).toMinutes();
            if (ago >= 0 && ago < MINUTES) {
                sums[MINUTES - 1 - (int) ago] += value.applyAsLong(minute);
            }
        }
        return sums;
    }
}

package dev.lanekeeper.work;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import org.springframework.scheduling.support.CronExpression;

/**
 * When a job recurs.
 *
 * @param cron second, minute, hour, day, month and weekday
 * @param zone the time zone in which they are meant
 */
public record Recurrence(String cron, String zone) {

    /** Where none is said. */
    public static final String USUAL_ZONE = "UTC";

    /** @throws IllegalArgumentException with a message that says what may be written */
    public static Recurrence of(String cron, String zone) {
        var recurrence = new Recurrence(cron, zone);
        CronExpression expression;
        try {
            expression = CronExpression.parse(cron);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "Write second, minute, hour, day, month and weekday, such as 0 0 3 * * *, or @daily: "
                            + e.getMessage(),
                    e);
        }
        if (expression.next(Instant.EPOCH.atZone(ZoneId.of(zone))) == null) {
            throw new IllegalArgumentException("Write a time that comes: this one never does");
        }
        return recurrence;
    }

    /** @throws IllegalArgumentException with a message that says what may be written */
    public static String zone(String zone) {
        return zoneId(zone).getId();
    }

    /** @throws IllegalArgumentException with a message that says what may be written */
    public static ZoneId zoneId(String zone) {
        try {
            return ZoneId.of(zone);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("Write a time zone such as Europe/Berlin or UTC", e);
        }
    }

    /** The first time after this one; the end of time when there is none. */
    Instant after(Instant instant) {
        var next = CronExpression.parse(cron).next(instant.atZone(ZoneId.of(zone)));
        return next == null ? Instant.MAX : next.toInstant();
    }
}

package dev.lanekeeper.housekeeping;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.scheduling.support.CronExpression;

/**
 * Begins a round of {@link Housekeeping} whenever its time comes, on a thread of its own. Every node tries, and the database
 * lets one round begin for each of these times; so it takes neither a worker nor JobRunr, and goes on whichever nodes there
 * are. While the database is away it is tried again every minute. What no node was there for is left to the next time.
 */
public final class HousekeepingSchedule {

    private static final Logger log = LoggerFactory.getLogger(HousekeepingSchedule.class);
    private static final Duration AGAIN = Duration.ofMinutes(1);

    private final Housekeeping housekeeping;
    private final @Nullable CronExpression cron;
    private final ZoneId zone;
    private final Clock clock;
    private @Nullable ScheduledExecutorService thread;

    /** @param cron second, minute, hour, day, month, weekday; {@code null} when rounds begin only by hand */
    public HousekeepingSchedule(Housekeeping housekeeping, @Nullable String cron, ZoneId zone, Clock clock) {
        this.housekeeping = housekeeping;
        this.cron = cron == null ? null : CronExpression.parse(cron);
        this.zone = zone;
        this.clock = clock;
    }

    public synchronized void start() {
        housekeeping.start();
        thread = Executors.newSingleThreadScheduledExecutor(task -> {
            var made = new Thread(task, "lanekeeper-housekeeping");
            made.setDaemon(true);
            return made;
        });
        awaitNext();
    }

    /** Ends the round after the piece that it is at; waits without the lock, which the end of a round takes. */
    public void stop(Duration patience) {
        housekeeping.stop();
        var ending = takeThread();
        if (ending == null) {
            return;
        }
        ending.shutdownNow();
        try {
            if (!ending.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn(
                        "The deletion of old rows does not end; its last piece is committed or rolled back as a whole");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable ScheduledExecutorService takeThread() {
        var ending = thread;
        thread = null;
        return ending;
    }

    /** When the next round begins by itself; empty for never. */
    public Optional<Instant> next() {
        return cron == null
                ? Optional.empty()
                : Optional.ofNullable(cron.next(clock.instant().atZone(zone))).map(ZonedDateTime::toInstant);
    }

    /**
     * Begins a round at once, in the background, unless one is under way on whatever node.
     *
     * @return false when this node does not run
     */
    public synchronized boolean runNow() {
        var running = thread;
        if (running == null) {
            return false;
        }
        running.execute(this::sweep);
        return true;
    }

    private void sweep() {
        try {
            var unused = housekeeping.sweep();
        } catch (RuntimeException e) {
            log.atWarn()
                    .log(
                            "Old rows cannot be deleted now, as somebody wanted: {}",
                            NestedExceptionUtils.getMostSpecificCause(e).toString());
        }
    }

    private void awaitNext() {
        next().ifPresent(next -> await(next, next));
    }

    /**
     * @param due what the round is begun for
     * @param at when it is tried
     */
    private synchronized void await(Instant due, Instant at) {
        var running = thread;
        if (running != null) {
            var millis = Math.max(1, Duration.between(clock.instant(), at).toMillis() + 1);
            var unused = running.schedule(() -> attempt(due, at), millis, TimeUnit.MILLISECONDS);
        }
    }

    private void attempt(Instant due, Instant at) {
        if (clock.instant().isBefore(at)) {
            await(due, at);
            return;
        }
        try {
            var unused = housekeeping.sweepFor(due);
        } catch (RuntimeException e) {
            log.atWarn()
                    .log(
                            "Old rows cannot be deleted now; it is tried again in a minute: {}",
                            NestedExceptionUtils.getMostSpecificCause(e).toString());
            await(due, clock.instant().plus(AGAIN));
            return;
        }
        awaitNext();
    }
}

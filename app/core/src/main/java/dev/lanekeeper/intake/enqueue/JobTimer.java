package dev.lanekeeper.intake.enqueue;

import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.JobStorer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes items of jobs when they are due, on a thread of its own. It knows the times of those that this process has scheduled, and
 * looks once a second for those of others.
 */
public final class JobTimer {

    private static final Logger log = LoggerFactory.getLogger(JobTimer.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration AGAIN = Duration.ofMillis(50);
    private static final int MOST = 500;

    /** Locks that nobody has, of keys that never come again. */
    private static final Duration SWEEP = Duration.ofMinutes(10);

    private static final int MOST_SWEPT = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private final Supplier<JobStorer> storer;
    private final Supplier<Clock> clock;
    private @Nullable Thread thread;
    private Instant expected = Instant.MAX;
    private volatile boolean stopping;
    private boolean troubled;
    private Instant nextSweep = Instant.MIN;

    /**
     * @param storer asked when it is started
     * @param clock likewise
     */
    public JobTimer(Supplier<JobStorer> storer, Supplier<Clock> clock) {
        this.storer = storer;
        this.clock = clock;
    }

    public void start() {
        stopping = false;
        var made = new Thread(this::loop, "lanekeeper-job-timer");
        made.setDaemon(true);
        thread = made;
        made.start();
    }

    /**
     * Ends after what is being stored is committed.
     *
     * @return whether it ended in time
     */
    public boolean stop(Duration within) {
        var ending = thread;
        if (ending == null) {
            return true;
        }
        stopping = true;
        expect(Instant.MAX);
        try {
            ending.join(Math.max(1, within.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !ending.isAlive();
    }

    /** Something is due then; returns at once. */
    public void expect(Instant dueAt) {
        lock.lock();
        try {
            expected = earlier(dueAt, expected);
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    private void loop() {
        var storing = storer.get();
        var now = clock.get();
        while (!stopping) {
            try {
                turn(storing, now);
                troubled = false;
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                troubledBy(now, e);
            }
        }
    }

    private void turn(JobStorer storing, Clock now) throws InterruptedException {
        if (!now.instant().isBefore(nextSweep)) {
            nextSweep = now.instant().plus(SWEEP);
            storing.sweep(MOST_SWEPT);
        }
        // Before the look, so that what is told during it is not forgotten.
        forget(now.instant());
        var first = storing.firstDue();
        if (first.isAfter(now.instant())) {
            await(now, earlier(first, now.instant().plus(LOOK)));
        } else if (!storing.promote(MOST)) {
            await(now, now.instant().plus(AGAIN));
        }
    }

    private void forget(Instant now) {
        lock.lock();
        try {
            if (!expected.isAfter(now)) {
                expected = Instant.MAX;
            }
        } finally {
            lock.unlock();
        }
    }

    private void await(Clock now, Instant until) throws InterruptedException {
        lock.lock();
        try {
            var left = 1L;
            while (left > 0 && !stopping) {
                left = Duration.between(now.instant(), earlier(until, expected)).toNanos();
                if (left > 0) {
                    left = Math.max(1, news.awaitNanos(left));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private void troubledBy(Clock now, RuntimeException e) {
        if (!troubled) {
            troubled = true;
            log.atWarn()
                    .setCause(Database.isAway(e) ? null : e)
                    .log("Jobs that are due cannot be stored; it is tried again: {}", e.toString());
        }
        try {
            await(now, now.instant().plus(LOOK));
        } catch (InterruptedException interrupted) {
            stopping = true;
        }
    }
}

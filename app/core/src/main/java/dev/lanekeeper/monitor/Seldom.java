package dev.lanekeeper.monitor;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Lets something through once a minute. */
final class Seldom {

    private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

    private final AtomicLong last = new AtomicLong(System.nanoTime() - QUIET_NANOS);

    boolean isDue() {
        var now = System.nanoTime();
        var before = last.get();
        return now - before >= QUIET_NANOS && last.compareAndSet(before, now);
    }
}

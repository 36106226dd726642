package dev.lanekeeper.intake.outbox;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How long a mover lets entries gather before it moves them: a move costs as much as a dozen entries, so the more of them come a
 * second, the longer it lingers; where few come, each is moved at once. Used by its mover's thread alone.
 */
final class Linger {

    /** From so many entries a second on it begins to linger, and from three times as many it lingers as long as it may. */
    private static final int FEW = 200;

    private static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(250);

    private final long most;
    private long windowBegan;
    private int entries;
    private long nanos;
    private long until;

    /** @param most zero not to linger at all */
    Linger(Duration most, long now) {
        this.most = most.toNanos();
        this.windowBegan = now;
        this.until = now;
    }

    /** @param left whether there are more, which have gathered already */
    void moved(int count, boolean left, long now) {
        entries += count;
        var window = now - windowBegan;
        if (window >= WINDOW) {
            nanos = nanos((double) entries / window * TimeUnit.SECONDS.toNanos(1));
            windowBegan = now;
            entries = 0;
        }
        until = left ? now : now + nanos;
    }

    private long nanos(double perSecond) {
        return (long) (most * Math.max(0, Math.min(1, (perSecond - FEW) / (2 * FEW))));
    }

    /** For how long entries that have come should wait for others. */
    long nanosLeft(long now) {
        return Math.max(0, until - now);
    }
}

package dev.lanekeeper.work;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The database's clock, kept by this process's monotonic one between two looks at it, so that all nodes agree when an item
 * is due and a jump of a machine's clock changes nothing.
 */
public final class DatabaseClock extends Clock {

    private static final Duration SLOW = Duration.ofMillis(5);
    private static final int MOST_LOOKS = 3;

    private final Database database;
    private volatile Sight sight;

    /** What the database's clock said, and when, by {@link System#nanoTime()}. */
    private record Sight(Instant said, long nanos, long tookNanos) {}

    public DatabaseClock(Database database) {
        this.database = database;
        this.sight = look();
    }

    /** Looks again; called with each heartbeat. */
    public void synchronize() {
        sight = look();
    }

    /**
     * The time that was said is taken for the time at which the answer came. So this clock is behind the database's by as long
     * as an answer takes, and never ahead of it: nothing that waits for a due time starts early.
     */
    private Sight look() {
        var best = lookOnce();
        for (var again = 1; again < MOST_LOOKS && best.tookNanos() > SLOW.toNanos(); again++) {
            var next = lookOnce();
            if (next.tookNanos() < best.tookNanos()) {
                best = next;
            }
        }
        return best;
    }

    private Sight lookOnce() {
        var before = System.nanoTime();
        var said = database.now();
        var after = System.nanoTime();
        return new Sight(said, after, after - before);
    }

    @Override
    public Instant instant() {
        var last = sight;
        return last.said().plusNanos(System.nanoTime() - last.nanos());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException(
                "the database's clock tells instants; give them a zone where they are shown");
    }
}

package dev.lanekeeper.work;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The database's clock, kept by this process's monotonic one between two looks at it, so that all nodes agree when an item
 * is due and a jump of a machine's clock changes nothing.
 */
public final class DatabaseClock extends Clock {

    private final Database database;
    private volatile Sight sight;

    /** What the database's clock said, and when, by {@link System#nanoTime()}. */
    private record Sight(Instant said, long nanos) {}

    public DatabaseClock(Database database) {
        this.database = database;
        this.sight = look();
    }

    /** Looks again; called with each heartbeat. */
    public void synchronize() {
        sight = look();
    }

    private Sight look() {
        var before = System.nanoTime();
        var said = database.now();
        return new Sight(said, before + (System.nanoTime() - before) / 2);
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

package dev.lanekeeper.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** Looks fifty times a second how long some session has been waiting for a lock, and keeps the longest. */
final class LockWatch implements AutoCloseable {

    private static final long STEP_NANOS = 20_000_000;

    private final Connection connection;
    private final Thread thread;
    private volatile boolean ending;
    private volatile long longestMicros;

    LockWatch(DataSource source) {
        try {
            this.connection = source.getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException("No connection to look at locks by", e);
        }
        this.thread = new Thread(this::watch, "lock-watch");
        thread.start();
    }

    private void watch() {
        while (!ending) {
            longestMicros = Math.max(longestMicros, Sql.number(connection, """
                    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)) * 1000000, 0)::bigint
                      FROM pg_locks
                     WHERE NOT granted AND waitstart IS NOT NULL
                    """));
            LockSupport.parkNanos(STEP_NANOS);
        }
    }

    /** Of all that were seen since this was last asked. */
    double longestMillis() {
        var longest = longestMicros;
        longestMicros = 0;
        return longest / 1_000.0;
    }

    @Override
    public void close() {
        ending = true;
        try {
            thread.join();
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw new IllegalStateException("The connection did not close", e);
        }
    }
}

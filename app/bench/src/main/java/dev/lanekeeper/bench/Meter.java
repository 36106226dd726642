package dev.lanekeeper.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.lanekeeper.testkit.PostgresServer;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What is used from the first record that a contender reads, or from the end of its run-in, to the last result that it has
 * committed: time, processor time of
 * this JVM (without the threads that feed it) and of PostgreSQL apart, and PostgreSQL's write-ahead log.
 */
final class Meter implements AutoCloseable {

    private final PostgresServer server;
    private final Connection connection;
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile @Nullable Reading first;

    private record Reading(
            long nanos, long jvmNanos, long jitNanos, long postgresNanos, long otherNanos, long walBytes) {}

    /** What was used between the two moments. */
    record Usage(
            double seconds,
            double jvmMicros,
            double jitMicros,
            double postgresMicros,
            double redisMicros,
            long walBytes) {}

    Meter(PostgresServer server) {
        this.server = server;
        try {
            this.connection = server.dataSource().getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException("Could not connect to the measured server", e);
        }
    }

    /** The first record has come; later calls do nothing. Called by contenders on their consuming threads. */
    void begin() {
        if (!begun.get() && begun.compareAndSet(false, true)) {
            first = read();
        }
    }

    /** Forgets what was used so far. */
    void restart() {
        first = read();
    }

    Usage end() {
        var last = read();
        var start = first;
        if (start == null) {
            throw new IllegalStateException("No record was read");
        }
        return new Usage(
                (last.nanos - start.nanos) / 1e9,
                (last.jvmNanos - start.jvmNanos) / 1e3,
                (last.jitNanos - start.jitNanos) / 1e3,
                (last.postgresNanos - start.postgresNanos) / 1e3,
                (last.otherNanos - start.otherNanos) / 1e3,
                last.walBytes - start.walBytes);
    }

    private synchronized Reading read() {
        return new Reading(
                System.nanoTime(),
                system.getProcessCpuTime() - ThreadTimes.feeders(),
                ThreadTimes.compilers(),
                server.cpu().toNanos(),
                redisNanos(),
                Sql.number(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"));
    }

    private static long redisNanos() {
        return ProcessHandle.current()
                .descendants()
                .filter(p -> p.info().command().filter(c -> c.contains("redis")).isPresent())
                .flatMap(p -> p.info().totalCpuDuration().stream())
                .mapToLong(d -> d.toNanos())
                .sum();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException("Could not disconnect from the measured server", e);
        }
    }
}

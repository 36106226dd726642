package dev.lanekeeper.monitor;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.latency.ShownLatencies;
import dev.lanekeeper.monitor.StatsdSettings.Flavor;
import dev.lanekeeper.work.Database;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** An instance that reports whenever the table {@code turn} names it, and sends what it shows; started by a test, which kills it. */
final class ReportingMain {

    static final Duration LEASE = Duration.ofMillis(1_500);

    private ReportingMain() {}

    /** @param arguments the database's URL, its user, this instance's number, and the collector's port */
    public static void main(String... arguments) {
        var self = Long.parseLong(arguments[2]);
        var pool = new HikariDataSource();
        pool.setJdbcUrl(arguments[0]);
        pool.setUsername(arguments[1]);
        var database = new Database(pool, "lanekeeper");
        var meters = Meters.in(
                null,
                new StatsdSettings(
                        "127.0.0.1", Integer.parseInt(arguments[3]), Flavor.DATADOG, "", Duration.ofMillis(50)));
        var reports = ShownLatencies.reports(database, LEASE, () -> self, meters.registry());
        reports.start();
        System.out.println("ready");
        while (true) {
            if (database.sql("SELECT instance FROM public.turn")
                            .query(Long.class)
                            .single()
                    == self) {
                reports.report();
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        }
    }
}

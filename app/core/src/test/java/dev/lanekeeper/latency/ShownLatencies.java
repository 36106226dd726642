package dev.lanekeeper.latency;

import dev.lanekeeper.latency.LatencyReport.Ages;
import dev.lanekeeper.work.Database;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.LongSupplier;

/** Opens this room's door for tests of other rooms. */
public final class ShownLatencies {

    private ShownLatencies() {}

    /** Every gauge that a report makes. */
    public static void showAll(MeterRegistry registry, String handler) {
        new LatencyGauges(registry, () -> true)
                .show(new LatencyReport(Instant.EPOCH, 1, Map.of(handler, Ages.NONE), Ages.NONE));
    }

    /** With a short lease. */
    public static LatencyReports reports(
            Database database, Duration lease, LongSupplier nodeId, MeterRegistry registry) {
        return new LatencyReports(
                new LatencyReportStore(database),
                new LatencyReports.Times(Duration.ofMinutes(1), lease, System::nanoTime),
                nodeId,
                registry);
    }
}

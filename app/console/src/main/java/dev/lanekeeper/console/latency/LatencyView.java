package dev.lanekeeper.console.latency;

import dev.lanekeeper.console.page.LineChart;
import dev.lanekeeper.console.page.Moment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The latencies of one handler as they are shown.
 *
 * @param period {@code now} or {@code day}
 */
public record LatencyView(String handler, String period, List<StageLine> stages, List<StagePicture> pictures) {

    /** One stage in numbers. */
    public record StageLine(
            String stage,
            String meaning,
            String events,
            String min,
            String average,
            String p50,
            String p95,
            String p99,
            String max) {}

    /** One stage over time. */
    public record StagePicture(String stage, String meaning, LineChart chart) {}

    /** A handler in the table of all. */
    public record HandlerLine(
            String handler,
            String events,
            String waited,
            String worked,
            String p50,
            String p95,
            String p99,
            String max) {}

    /**
     * What was last reported of all nodes' work.
     *
     * @param lines that of the outbox first
     */
    public record ReportView(@Nullable Moment reportedAt, List<ReportLine> lines) {}

    /**
     * How old work of one kind was when it was done.
     *
     * @param handler {@code null} for the outbox, whose handlers are reported together
     */
    public record ReportLine(
            @Nullable String handler,
            String count,
            String minimum,
            String average,
            String maximum,
            String highest,
            String skewed) {}
}

package dev.lanekeeper.console.latency;

import dev.lanekeeper.console.item.HandlerNames;
import dev.lanekeeper.console.latency.LatencyView.HandlerLine;
import dev.lanekeeper.console.latency.LatencyView.ReportLine;
import dev.lanekeeper.console.latency.LatencyView.ReportView;
import dev.lanekeeper.console.latency.LatencyView.StageLine;
import dev.lanekeeper.console.latency.LatencyView.StagePicture;
import dev.lanekeeper.console.page.LineChart;
import dev.lanekeeper.console.page.LineChart.Series;
import dev.lanekeeper.console.page.NotFoundException;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.latency.Latency;
import dev.lanekeeper.latency.LatencyPoint;
import dev.lanekeeper.latency.LatencyReport.Ages;
import dev.lanekeeper.latency.LatencySearch;
import dev.lanekeeper.latency.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts the pages on latency together. */
public final class LatencyReader {

    private static final int TIMES = 3;

    private final LatencySearch search;
    private final HandlerNames handlers;
    private final Times times;

    public LatencyReader(LatencySearch search, HandlerNames handlers, Times times) {
        this.search = search;
        this.handlers = handlers;
        this.times = times;
    }

    /** The last five minutes of all handlers. */
    List<HandlerLine> handlers() {
        var byHandler = new LinkedHashMap<String, Map<Stage, Latency>>();
        search.now()
                .forEach(l -> byHandler
                        .computeIfAbsent(l.handler(), h -> new LinkedHashMap<>())
                        .put(l.stage(), l));
        return byHandler.entrySet().stream()
                .map(e -> line(e.getKey(), e.getValue()))
                .toList();
    }

    private static HandlerLine line(String handler, Map<Stage, Latency> stages) {
        var total = stages.get(Stage.TOTAL);
        return new HandlerLine(
                handler,
                total == null ? "0" : Numbers.count(total.events()),
                shown(stages.get(Stage.WAIT), Latency::p99),
                shown(stages.get(Stage.HANDLER), Latency::p99),
                shown(total, Latency::p50),
                shown(total, Latency::p95),
                shown(total, Latency::p99),
                shown(total, Latency::max));
    }

    private static String shown(@Nullable Latency latency, Function<Latency, Duration> value) {
        return latency == null ? "–" : Times.precise(value.apply(latency));
    }

    /** The numbers that the gauges show; {@code null} before the first report. */
    @Nullable
    ReportView report() {
        var report = search.report();
        return report == null
                ? null
                : new ReportView(
                        times.moment(report.reportedAt()),
                        Stream.concat(
                                        Stream.of(line(null, report.outbox())),
                                        report.events().entrySet().stream()
                                                .sorted(Map.Entry.comparingByKey())
                                                .map(e -> line(e.getKey(), e.getValue())))
                                .toList());
    }

    private static ReportLine line(@Nullable String handler, Ages ages) {
        return new ReportLine(
                handler,
                Numbers.count(ages.count()),
                seconds(ages.minimum()),
                seconds(ages.average()),
                seconds(ages.maximum()),
                seconds(ages.highestSinceCreationDate()),
                Numbers.count(ages.skewed()));
    }

    private static String seconds(double seconds) {
        return seconds == 0 ? "0" : Times.precise(Duration.ofNanos(Math.round(seconds * 1e9)));
    }

    LatencyView view(String handler, Period period) {
        if (!handlers.all().contains(handler)) {
            throw new NotFoundException("There is no such handler", "No node has ever had a handler of this name.");
        }
        var points = search.points(handler, period.picture());
        return new LatencyView(
                handler,
                period.key(),
                search.of(handler, period.numbers()).stream()
                        .map(LatencyReader::stage)
                        .toList(),
                Arrays.stream(Stage.values())
                        .map(stage -> picture(stage, points, period))
                        .toList());
    }

    private static StageLine stage(Latency latency) {
        return new StageLine(
                latency.stage().key(),
                meaning(latency.stage()),
                Numbers.count(latency.events()),
                Times.precise(latency.min()),
                Times.precise(latency.average()),
                Times.precise(latency.p50()),
                Times.precise(latency.p95()),
                Times.precise(latency.p99()),
                Times.precise(latency.max()));
    }

    private static String meaning(Stage stage) {
        return switch (stage) {
            case KAFKA -> "produced to polled";
            case BUFFER -> "polled to stored";
            case WAIT -> "stored to started";
            case HANDLER -> "one call of the handler";
            case TOTAL -> "produced to finished, retries included";
        };
    }

    private StagePicture picture(Stage stage, List<LatencyPoint> points, Period period) {
        var ofStage = points.stream().filter(p -> p.latency().stage() == stage).toList();
        var end = times.now();
        var start = end.minus(period.picture());
        var series = List.of(
                series("p50", ofStage, start, period, Latency::p50),
                series("p95", ofStage, start, period, Latency::p95),
                series("p99", ofStage, start, period, Latency::p99));
        var label = "p50, p95 and p99 of %s from %s to %s"
                .formatted(stage.key(), times.clockTime(start), times.clockTime(end));
        return new StagePicture(
                stage.key(), meaning(stage), LineChart.of(series, period.slots(), clockTimes(start, period), label));
    }

    private static Series series(
            String name, List<LatencyPoint> points, Instant start, Period period, Function<Latency, Duration> value) {
        var values = new TreeMap<Integer, Duration>();
        for (var point : points) {
            var slot = slot(point, start, period);
            if (slot >= 0 && slot < period.slots()) {
                values.put(slot, value.apply(point.latency()));
            }
        }
        return new Series(name, values);
    }

    /** Points begin at whole minutes or quarters, the picture does not. */
    private static int slot(LatencyPoint point, Instant start, Period period) {
        var length = period.slot().toSeconds();
        return (int) (point.since().getEpochSecond() / length - start.getEpochSecond() / length);
    }

    private List<String> clockTimes(Instant start, Period period) {
        return IntStream.range(0, TIMES)
                .mapToObj(i -> times.clockTime(
                        start.plus(period.picture().multipliedBy(i).dividedBy(TIMES - 1))))
                .toList();
    }
}

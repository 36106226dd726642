package dev.lanekeeper.console.jobrunr;

import dev.lanekeeper.console.jobrunr.RunSearch.NodeRow;
import dev.lanekeeper.console.jobrunr.RunSearch.OwnedLane;
import dev.lanekeeper.console.jobrunr.RunSearch.RunningItem;
import dev.lanekeeper.console.jobrunr.RunsView.LaneLink;
import dev.lanekeeper.console.jobrunr.RunsView.NodeLine;
import dev.lanekeeper.console.jobrunr.RunsView.RunLine;
import dev.lanekeeper.console.page.Figure;
import dev.lanekeeper.console.page.Numbers;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.work.Database;
import java.net.URI;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts the page on runs together. */
public final class RunsReader {

    private static final int NAMED_LANES = 6;
    private static final Duration LATELY = Duration.ofMinutes(5);

    private final RunSearch search;
    private final Supplier<@Nullable URI> dashboard;
    private final Times times;

    /** @param dashboard where this node's JobRunr has its own pages */
    public RunsReader(Database database, Supplier<@Nullable URI> dashboard, Times times) {
        this.search = new RunSearch(database);
        this.dashboard = dashboard;
        this.times = times;
    }

    RunsView read() {
        var lanes = search.lanes();
        var nodes = search.nodes();
        var address = dashboard.get();
        return new RunsView(
                address == null ? null : address.toString(), figures(lanes, nodes), runs(lanes), nodes(nodes));
    }

    private List<Figure> figures(List<OwnedLane> lanes, List<NodeRow> nodes) {
        var since = times.now().truncatedTo(ChronoUnit.MINUTES).minus(LATELY);
        var work = search.workSince(since);
        var seconds = Math.max(1, Duration.between(since, times.now()).toSeconds());
        var workers = nodes.stream()
                .filter(NodeRow::alive)
                .mapToLong(NodeRow::workers)
                .sum();
        var runs = lanes.stream().map(OwnedLane::run).distinct().count();
        return List.of(
                Figure.of("Runs now", Numbers.count(runs), "of " + Numbers.count(workers) + " workers"),
                Figure.of(
                        "Lanes owned",
                        Numbers.capped(lanes.size(), RunSearch.MOST),
                        Numbers.count(lanes.stream()
                                        .mapToLong(OwnedLane::waiting)
                                        .sum()) + " events in them"),
                Figure.of(
                        "Finished per second",
                        Numbers.rate((double) work.finished() / seconds),
                        Numbers.count(work.finished()) + " in 5 minutes"),
                Figure.of("Workers busy", workers == 0 ? "–" : share(work, seconds, workers), "in 5 minutes"));
    }

    private static String share(RunSearch.Work work, long seconds, long workers) {
        return String.format(Locale.ROOT, "%.1f %%", work.busyMicros() / 10_000.0 / seconds / workers);
    }

    private List<RunLine> runs(List<OwnedLane> lanes) {
        var byRun =
                lanes.stream().collect(Collectors.groupingBy(OwnedLane::run, LinkedHashMap::new, Collectors.toList()));
        var running = search.runningItems().stream()
                .collect(Collectors.toMap(RunningItem::run, Function.identity(), (a, b) -> a));
        return byRun.entrySet().stream()
                .map(run -> line(run.getKey(), run.getValue(), running))
                .toList();
    }

    private static RunLine line(UUID run, List<OwnedLane> lanes, Map<String, RunningItem> running) {
        var item = running.get(run.toString());
        return new RunLine(
                run.toString(),
                lanes.get(0).node(),
                lanes.stream().map(OwnedLane::handler).distinct().collect(Collectors.joining(", ")),
                lanes.stream().limit(NAMED_LANES).map(RunsReader::link).toList(),
                lanes.size() > NAMED_LANES ? Numbers.count(lanes.size() - NAMED_LANES) + " more" : null,
                Numbers.count(lanes.stream().mapToLong(OwnedLane::waiting).sum()),
                item == null ? null : (Long) item.item(),
                item == null
                        ? null
                        : "for " + Times.age(Duration.ofMillis(item.forMillis())) + " at the last heartbeat");
    }

    private static LaneLink link(OwnedLane lane) {
        var name = lane.bundle() ? "without key" : lane.resource();
        return new LaneLink(
                lane.laneId().toString(), name == null ? lane.laneId().toString() : name);
    }

    private List<NodeLine> nodes(List<NodeRow> nodes) {
        return nodes.stream()
                .map(n -> new NodeLine(
                        n.name(),
                        n.alive() ? "ok" : "bad",
                        n.alive() ? "alive" : "silent",
                        n.version(),
                        n.roles().replace(",", ", "),
                        Numbers.count(n.workers()),
                        Numbers.count(n.lanes()),
                        Objects.requireNonNull(times.moment(n.startedAt().toInstant())),
                        Objects.requireNonNull(times.moment(n.renewedAt().toInstant()))))
                .toList();
    }
}

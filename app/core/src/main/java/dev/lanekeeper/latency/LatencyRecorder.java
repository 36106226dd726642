package dev.lanekeeper.latency;

import dev.lanekeeper.latency.Window.Row;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.WaitingItem;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Measures what every recorded result tells of its item's way, in memory, on the workers' threads: about a microsecond
 * an item, no object and no statement. The {@link LatencyReporter} writes it down every few seconds.
 */
public final class LatencyRecorder implements RunListener {

    static final int MINUTE = 60;
    static final int QUARTER = 900;
    static final int HOUR = 3_600;

    private final Clock clock;
    private final LongSupplier nodeId;
    private final Map<Integer, HandlerWindows> byHandler = new ConcurrentHashMap<>();

    /** @param nodeId this node's current incarnation, under whose name the rows stand */
    public LatencyRecorder(Clock clock, LongSupplier nodeId) {
        this.clock = clock;
        this.nodeId = nodeId;
    }

    @Override
    public void recorded(List<Result> results) {
        var now = clock.instant();
        for (var begin = 0; begin < results.size(); ) {
            var handlerId = results.get(begin).item().handlerId();
            var end = begin + 1;
            while (end < results.size() && results.get(end).item().handlerId() == handlerId) {
                end++;
            }
            windows(handlerId).record(results.subList(begin, end), now);
            begin = end;
        }
    }

    private HandlerWindows windows(int handlerId) {
        var known = byHandler.get(handlerId);
        return known != null ? known : byHandler.computeIfAbsent(handlerId, HandlerWindows::new);
    }

    /** What has to be written: what has changed since the last call, and windows that are over. */
    List<Row> takeUnwritten() {
        var rows = new ArrayList<Row>();
        byHandler.values().forEach(windows -> windows.takeUnwritten(rows));
        return rows;
    }

    /** The current minute, quarter of an hour and hour of one handler. */
    private final class HandlerWindows {

        private final int handlerId;
        private final List<Row> over = new ArrayList<>();
        private @Nullable Window minute;
        private @Nullable Window quarter;
        private @Nullable Window hour;

        HandlerWindows(int handlerId) {
            this.handlerId = handlerId;
        }

        synchronized void record(List<Result> results, Instant now) {
            var inMinute = current(minute, MINUTE, now);
            var inQuarter = current(quarter, QUARTER, now);
            var inHour = current(hour, HOUR, now);
            minute = inMinute;
            quarter = inQuarter;
            hour = inHour;
            var windows = new Window[] {inMinute, inQuarter, inHour};
            for (var told : results) {
                measure(told.item(), told.result(), windows);
            }
        }

        private Window current(@Nullable Window last, int seconds, Instant now) {
            var since = last == null ? null : last.since();
            if (last != null && since != null && !now.isBefore(since) && now.isBefore(since.plusSeconds(seconds))) {
                return last;
            }
            if (last != null) {
                over.addAll(last.takeUnwritten());
            }
            return new Window(handlerId, seconds, beginning(now, seconds), nodeId.getAsLong());
        }

        private synchronized void takeUnwritten(List<Row> rows) {
            rows.addAll(over);
            over.clear();
            if (minute != null) {
                rows.addAll(minute.takeUnwritten());
            }
            if (quarter != null) {
                rows.addAll(quarter.takeUnwritten());
            }
            if (hour != null) {
                rows.addAll(hour.takeUnwritten());
            }
        }
    }

    private static Instant beginning(Instant now, int seconds) {
        var second = now.truncatedTo(ChronoUnit.SECONDS).getEpochSecond();
        return Instant.ofEpochSecond(second - Math.floorMod(second, seconds));
    }

    /**
     * The way to the first attempt is measured once, and not for what a person has retried: that waited for the person. Clocks
     * of different machines may disagree: a moment that seems to lie before the last one took no time.
     */
    private static void measure(WaitingItem item, ItemResult result, Window[] windows) {
        var producedAt = item.event().producedAt();
        var byHand = item.repeated() || (item.attempts() == 0 && item.dueAt().isAfter(item.storedAt()));
        if (item.attempts() == 0 && !byHand) {
            record(Stage.KAFKA, producedAt, item.polledAt(), windows);
            record(Stage.BUFFER, item.polledAt(), item.storedAt(), windows);
            record(Stage.WAIT, item.storedAt(), result.startedAt(), windows);
        }
        record(Stage.HANDLER, result.startedAt(), result.finishedAt(), windows);
        if (result instanceof ItemResult.Finished && !byHand) {
            record(Stage.TOTAL, producedAt, result.finishedAt(), windows);
        }
    }

    private static void record(Stage stage, Instant from, Instant until, Window[] windows) {
        var micros = micros(from, until);
        for (var window : windows) {
            window.record(stage, micros);
        }
    }

    private static long micros(Instant from, Instant until) {
        return from.isBefore(until) ? ChronoUnit.MICROS.between(from, until) : 0;
    }
}

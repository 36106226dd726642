package dev.lanekeeper.latency;

import dev.lanekeeper.latency.Window.Row;
import dev.lanekeeper.work.Database;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * Writes down what the {@link LatencyRecorder} has measured, every five seconds and when the node stops, in one statement. What
 * was measured in the seconds before a process is killed is lost, and nothing else: every row is written whole again as long as
 * its time lasts.
 */
public final class LatencyReporter {

    private static final Logger log = LoggerFactory.getLogger(LatencyReporter.class);
    private static final long EVERY_MILLIS = 5_000;
    private static final long FORGET_EVERY_MINUTES = 10;
    private static final int MOST_ROWS_KEPT = 5_000;

    private final LatencyRecorder recorder;
    private final LatencyStore store;
    private final Clock clock;
    private final @Nullable Duration kept;
    private List<Row> unwritten = new ArrayList<>();
    private @Nullable ScheduledExecutorService thread;
    private boolean troubled;

    /** @param kept how long rows of hours and quarters of an hour are kept; {@code null} for ever */
    public LatencyReporter(LatencyRecorder recorder, Database database, Clock clock, @Nullable Duration kept) {
        this.recorder = recorder;
        this.store = new LatencyStore(database);
        this.kept = kept;
        this.clock = clock;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // both tasks keep what goes wrong in them to themselves
    public synchronized void start() {
        if (thread == null) {
            thread = Executors.newSingleThreadScheduledExecutor(task -> {
                var made = new Thread(task, "lanekeeper-latency");
                made.setDaemon(true);
                return made;
            });
            thread.scheduleWithFixedDelay(this::write, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
            thread.scheduleWithFixedDelay(this::forget, 1, FORGET_EVERY_MINUTES, TimeUnit.MINUTES);
        }
    }

    /** After the last run has ended. */
    public synchronized void stop() {
        if (thread != null) {
            thread.shutdown();
            thread = null;
            write();
        }
    }

    /** Writes now. While the database is away the rows of times that are over are kept, the newest ones if there are many. */
    public synchronized void write() {
        unwritten.addAll(recorder.takeUnwritten());
        if (unwritten.isEmpty()) {
            return;
        }
        try {
            store.write(lastOfEach(unwritten));
            unwritten = new ArrayList<>();
            troubled = false;
        } catch (RuntimeException e) {
            unwritten = newest(lastOfEach(unwritten));
            told(e);
        }
    }

    /** A row that was taken twice counts as it was the second time. */
    private static List<Row> lastOfEach(List<Row> rows) {
        var last = new LinkedHashMap<List<Object>, Row>();
        rows.forEach(r -> last.put(List.of(r.seconds(), r.since(), r.handlerId(), r.stage(), r.nodeId()), r));
        return new ArrayList<>(last.values());
    }

    private static List<Row> newest(List<Row> rows) {
        return new ArrayList<>(rows.subList(Math.max(0, rows.size() - MOST_ROWS_KEPT), rows.size()));
    }

    private void forget() {
        try {
            store.forget(clock.instant(), kept);
        } catch (RuntimeException e) {
            told(e);
        }
    }

    private static String cause(RuntimeException e) {
        return NestedExceptionUtils.getMostSpecificCause(e).toString();
    }

    private synchronized void told(RuntimeException e) {
        if (!troubled) {
            troubled = true;
            log.atWarn().log("Latencies could not be written; they are kept and written later: {}", cause(e));
        }
    }
}

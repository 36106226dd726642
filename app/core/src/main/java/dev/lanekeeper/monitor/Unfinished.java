package dev.lanekeeper.monitor;

import dev.lanekeeper.work.BacklogSearch;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many unfinished items the handlers have whose events come through other doors than Kafka's, in all processes.
 *
 * <p>Counted on a thread of its own, so that whoever reads a registry never waits for the database: every second or, when it
 * takes longer, so rarely that it costs 2 % of a connection. While the database is away the last figures stay.
 */
final class Unfinished implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Unfinished.class);
    private static final long SHORTEST = TimeUnit.SECONDS.toNanos(1);

    private final BacklogSearch search;
    private final Map<Integer, String> handlers;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        var made = new Thread(task, "lanekeeper-unfinished");
        made.setDaemon(true);
        return made;
    });
    private volatile @Nullable Map<Integer, Long> counted;
    private boolean troubled;

    /** @param handlers their ids by the numbers that the database knows them by */
    Unfinished(BacklogSearch search, Map<Integer, String> handlers) {
        this.search = search;
        this.handlers = handlers;
        next(Duration.ZERO);
    }

    /** Not a number before the first count. */
    double of(int handler) {
        var known = counted;
        return known == null ? Double.NaN : known.getOrDefault(handler, 0L);
    }

    Map<Integer, String> handlers() {
        return handlers;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task keeps what goes wrong in it to itself
    private void next(Duration pause) {
        thread.schedule(this::count, pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void count() {
        var begun = System.nanoTime();
        try {
            counted = search.waiting();
            troubled = false;
        } catch (RuntimeException e) {
            if (!troubled) {
                troubled = true;
                log.atDebug().setCause(e).log("Unfinished items could not be counted; the last figures stay");
            }
        }
        if (!thread.isShutdown()) {
            next(Duration.ofNanos(Math.max(SHORTEST, 50 * (System.nanoTime() - begun))));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.work.BacklogSearch;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much each handler has to do.
 *
 * <p>Counting reads all lanes, so it happens every second or, when it takes longer, so rarely that it costs 2 % of a
 * connection; in between, what this node has stored since is added. When that sum reaches a limit the count is repeated
 * sooner. Asked on the consumers' threads; measured on a thread of its own, with the last figures kept while the database is away.
 */
final class Backlog {

    private static final Logger log = LoggerFactory.getLogger(Backlog.class);
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration SHORTEST_IN_DOUBT = Duration.ofMillis(200);

    private final BacklogSearch search;
    private final Map<Integer, AtomicLong> storedSince = new ConcurrentHashMap<>();
    private final Outage outage = new Outage(log, "The backlog could not be counted");
    private volatile Map<Integer, Long> counted = Map.of();
    private volatile boolean inDoubt;
    private volatile long took;
    private volatile long measuredAt = System.nanoTime() - SHORTEST.toNanos();

    Backlog(BacklogSearch search) {
        this.search = search;
    }

    /** @param limit from where on a fresher count is wanted, if the sum gets there only by what was stored since */
    long waiting(int handlerNumber, long limit) {
        var known = counted.getOrDefault(handlerNumber, 0L);
        var sum = known + since(handlerNumber).get();
        if (sum >= limit) {
            inDoubt = true;
        }
        return sum;
    }

    void stored(int handlerNumber, int items) {
        since(handlerNumber).addAndGet(items);
    }

    /** Measures if it is time to; called often. */
    void measure() {
        var now = System.nanoTime();
        if (now - measuredAt < pace()) {
            return;
        }
        try {
            count();
            outage.over();
        } catch (RuntimeException e) {
            measuredAt = System.nanoTime();
            outage.noticed(Outage.line(e));
        }
    }

    private void count() {
        var begun = System.nanoTime();
        // What is stored while the count runs may be in it or not; counting it twice for a moment is the safe side.
        var before = storedSince.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().get()));
        counted = search.waiting();
        before.forEach((handler, stored) -> since(handler).addAndGet(-stored));
        measuredAt = System.nanoTime();
        took = measuredAt - begun;
        inDoubt = false;
    }

    private long pace() {
        return inDoubt ? Math.max(SHORTEST_IN_DOUBT.toNanos(), 10 * took) : Math.max(SHORTEST.toNanos(), 50 * took);
    }

    private AtomicLong since(@Nullable Integer handlerNumber) {
        return storedSince.computeIfAbsent(handlerNumber == null ? -1 : handlerNumber, n -> new AtomicLong());
    }
}

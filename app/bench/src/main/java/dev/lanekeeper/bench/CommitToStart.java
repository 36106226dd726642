package dev.lanekeeper.bench;

import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.WaitingItem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * How long stored events wait for their handler: from the moment at which the commit that stored them had returned to the moment
 * before the handler is called, both in this JVM's monotonic clock.
 *
 * <p>Batches are stored one after the other, and all items of a batch carry the same stored time, so the n-th stored time is that of
 * the n-th commit.
 */
final class CommitToStart implements RunListener, Probe {

    private final List<Long> commits = new ArrayList<>();
    private final Instant[] storedAt;
    private final long[] startedAt;
    private final AtomicInteger started = new AtomicInteger();

    CommitToStart(int events) {
        this.storedAt = new Instant[events + 1_000];
        this.startedAt = new long[events + 1_000];
    }

    @Override
    public void reached(Step step) {
        if (step == Step.STORE_COMMITTED) {
            synchronized (commits) {
                commits.add(System.nanoTime());
            }
        }
    }

    @Override
    public void started(String handler, WaitingItem item) {
        var now = System.nanoTime();
        var place = started.getAndIncrement();
        if (place < startedAt.length) {
            storedAt[place] = item.storedAt();
            startedAt[place] = now;
        }
    }

    /** Of all events but the first so many that were started. */
    Latencies latencies(int from) {
        var all = Math.min(started.get(), startedAt.length);
        var storedTimes = Arrays.stream(storedAt, 0, all).distinct().sorted().toList();
        synchronized (commits) {
            if (storedTimes.size() != commits.size()) {
                return Latencies.NONE;
            }
            var order = IntStream.range(0, all)
                    .boxed()
                    .sorted(Comparator.comparingLong(n -> startedAt[n]))
                    .skip(from);
            return Latencies.of(order.mapToLong(n -> startedAt[n] - committed(storedTimes, storedAt[n])));
        }
    }

    private long committed(List<Instant> storedTimes, Instant stored) {
        return commits.get(java.util.Collections.binarySearch(storedTimes, stored));
    }
}

package dev.lanekeeper.demo;

import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.WaitingItem;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How long stored events wait for their handler: from the return of the commit that stored them to the call.
 *
 * <p>All items of a commit carry the same stored time, and while it measures, only one consumer stores; so the n-th stored time
 * is that of the n-th commit.
 */
final class CommitToStart implements Probe, RunListener {

    private final List<Long> commits = Collections.synchronizedList(new ArrayList<>());
    private final List<Start> starts = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean measuring;

    private record Start(Instant storedAt, long nanos) {}

    void begin() {
        measuring = true;
    }

    @Override
    public void reached(Step step) {
        if (measuring && step == Step.STORE_COMMITTED) {
            commits.add(System.nanoTime());
        }
    }

    @Override
    public void started(String handler, WaitingItem item) {
        if (measuring) {
            starts.add(new Start(item.storedAt(), System.nanoTime()));
        }
    }

    /** The time that so much of all starts, in percent, stayed below. */
    Duration percentile(int percent) {
        var waits = waits();
        return Duration.ofNanos(waits.get(Math.min(waits.size() - 1, waits.size() * percent / 100)));
    }

    private List<Long> waits() {
        var stored = starts.stream().map(Start::storedAt).distinct().sorted().toList();
        if (stored.isEmpty() || stored.size() != commits.size()) {
            throw new IllegalStateException(
                    "%d commits do not belong to %d stored times".formatted(commits.size(), stored.size()));
        }
        return starts.stream()
                .map(s -> s.nanos() - commits.get(Collections.binarySearch(stored, s.storedAt())))
                .sorted()
                .toList();
    }
}

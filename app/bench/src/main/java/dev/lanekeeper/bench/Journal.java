package dev.lanekeeper.bench;

import java.util.Arrays;
import java.util.Comparator;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Every call of a handler: which event, when it was entered and left. Kept in memory and written without a lock, so that it costs
 * next to nothing.
 */
final class Journal {

    private final Load load;
    private final int[] numbers;
    private final long[] entered;
    private final long[] left;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger written = new AtomicInteger();

    Journal(Load load) {
        this.load = load;
        var room = load.events() * 2 + 1_000;
        this.numbers = new int[room];
        this.entered = new long[room];
        this.left = new long[room];
    }

    /** @param enter and {@code leave} in {@link System#nanoTime} */
    void add(int number, long enter, long leave) {
        var call = calls.getAndIncrement();
        if (call < numbers.length) {
            numbers[call] = number;
            entered[call] = enter;
            left[call] = leave;
        }
        written.incrementAndGet();
    }

    int calls() {
        return written.get();
    }

    /**
     * What the journal proves.
     *
     * @param complete every event was handled, and none twice
     * @param exclusive no two calls of a resource overlapped
     * @param ordered the calls of each resource came in the order of its events
     */
    record Verdict(boolean complete, boolean exclusive, boolean ordered) {

        Verdict and(Verdict other) {
            return new Verdict(complete && other.complete, exclusive && other.exclusive, ordered && other.ordered);
        }
    }

    /** To be asked after the last call. */
    Verdict verdict() {
        var all = Math.min(calls.get(), numbers.length);
        var sorted = new Integer[all];
        Arrays.setAll(sorted, n -> n);
        Arrays.sort(
                sorted,
                Comparator.comparingInt((Integer c) -> load.resource(numbers[c]))
                        .thenComparingLong(c -> entered[c]));
        var exclusive = true;
        var ordered = true;
        for (var n = 1; n < all; n++) {
            int before = sorted[n - 1];
            int now = sorted[n];
            var resource = load.resource(numbers[now]);
            if (resource == Load.NO_RESOURCE || resource != load.resource(numbers[before])) {
                continue;
            }
            exclusive &= entered[now] >= left[before];
            ordered &= load.sequence(numbers[now]) > load.sequence(numbers[before]);
        }
        return new Verdict(isComplete(all), exclusive, ordered);
    }

    private boolean isComplete(int all) {
        var seen = new boolean[load.events()];
        for (var call = 0; call < all; call++) {
            if (seen[numbers[call]]) {
                return false;
            }
            seen[numbers[call]] = true;
        }
        return all == load.events() && calls.get() == all;
    }
}

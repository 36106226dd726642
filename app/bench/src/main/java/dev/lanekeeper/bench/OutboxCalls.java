package dev.lanekeeper.bench;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** When each entry was committed and when its handler began. */
class OutboxCalls {

    private final Journal journal;
    private final long[] committedAt;
    private final long[] startedAt;
    private final AtomicInteger done = new AtomicInteger();

    OutboxCalls(Load load, Journal journal) {
        this.journal = journal;
        this.committedAt = new long[load.events()];
        this.startedAt = new long[load.events()];
    }

    /** The handler of every contender. */
    void handle(int number) {
        var enter = System.nanoTime();
        startedAt[number] = enter;
        journal.add(number, enter, System.nanoTime());
        done.incrementAndGet();
    }

    /** The commit has returned; the handler may have begun before that. */
    void committed(int number) {
        committedAt[number] = System.nanoTime();
    }

    int done() {
        return done.get();
    }

    Latencies latencies(int from) {
        return Latencies.of(
                IntStream.range(from, startedAt.length).mapToLong(n -> Math.max(0, startedAt[n] - committedAt[n])));
    }
}

package dev.lanekeeper.bench;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** What a job of every contender does: it works for a while, and is written down. */
class LocksCalls {

    private final Journal journal;
    private final Meter meter;
    private final long nanos;
    private final AtomicInteger done = new AtomicInteger();

    LocksCalls(Journal journal, Meter meter, int millis) {
        this.journal = journal;
        this.meter = meter;
        this.nanos = millis * 1_000_000L;
    }

    void handle(int number) {
        meter.begin();
        var enter = System.nanoTime();
        for (var left = nanos; left > 0; left = nanos - (System.nanoTime() - enter)) {
            LockSupport.parkNanos(left);
        }
        journal.add(number, enter, System.nanoTime());
        done.incrementAndGet();
    }

    int done() {
        return done.get();
    }
}

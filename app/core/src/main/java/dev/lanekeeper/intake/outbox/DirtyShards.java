package dev.lanekeeper.intake.outbox;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The shards to which this process has committed entries since a mover took notice; at least once each. */
public final class DirtyShards {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private long shards;
    private boolean closed;

    /** Called by committing threads. */
    void mark(Collection<Integer> dirty) {
        lock.lock();
        try {
            dirty.forEach(shard -> shards |= 1L << shard);
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nobody waits any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes those of these shards that are dirty; waits for one if there is none.
     *
     * @param mask a bit for each shard that is asked for
     */
    List<Integer> take(long mask, long nanos) throws InterruptedException {
        lock.lock();
        try {
            var left = nanos;
            while ((shards & mask) == 0 && left > 0 && !closed) {
                left = news.awaitNanos(left);
            }
            var taken = shards & mask;
            shards &= ~mask;
            return numbers(taken);
        } finally {
            lock.unlock();
        }
    }

    /** Waits without taking anything, to let somebody else finish. */
    void pause(long nanos) throws InterruptedException {
        lock.lock();
        try {
            var until = System.nanoTime() + nanos;
            for (var left = nanos; left > 0 && !closed; left = until - System.nanoTime()) {
                if (!news.await(left, TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private static List<Integer> numbers(long bits) {
        var numbers = new ArrayList<Integer>();
        for (var left = bits; left != 0; left &= left - 1) {
            numbers.add(Long.numberOfTrailingZeros(left));
        }
        return numbers;
    }
}

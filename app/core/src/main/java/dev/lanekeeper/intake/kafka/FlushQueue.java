package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.intake.kafka.PartitionBuffer.Entry;
import dev.lanekeeper.intake.kafka.PartitionBuffer.Stored;
import dev.lanekeeper.work.PartitionClaim;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one consumer holds, between its own thread, which fills the buffers, and the {@link Flusher}'s, which empties them.
 * Everything in it is guarded by one lock, and every change wakes whoever waits for one.
 */
final class FlushQueue {

    /** How long the flusher sleeps at most, so that settings that have changed count soon. */
    private static final long NAP = TimeUnit.MILLISECONDS.toNanos(500);

    /** What is held in memory: waiting and under way. */
    record Load(int records, long bytes) {}

    /** What the flusher is to do next: answer a question, store a slice, or look again. */
    record Turn(@Nullable Runnable question, @Nullable Slice slice) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<PartitionBuffer> buffers = new LinkedHashSet<>();
    private final Set<PartitionBuffer> fenced = new LinkedHashSet<>();
    private final Deque<Runnable> questions = new ArrayDeque<>();
    private @Nullable Slice underWay;

    /** A partition from which records may come from now on. */
    void open(PartitionBuffer buffer) {
        locked(() -> buffers.add(buffer));
    }

    void add(PartitionBuffer buffer, List<Entry> entries) {
        locked(() -> {
            if (!buffer.isDropped()) {
                buffer.add(entries);
            }
            return true;
        });
    }

    /** Gives partitions up: what waits is forgotten, and what is under way no longer counts for Kafka. */
    void drop(Collection<PartitionBuffer> given) {
        locked(() -> {
            given.forEach(PartitionBuffer::drop);
            return buffers.removeAll(given);
        });
    }

    /** What these partitions hold is to be stored, whatever the settings say. */
    void hurry(Collection<PartitionBuffer> those) {
        locked(() -> {
            those.forEach(b -> b.drain(true));
            return true;
        });
    }

    /** Waits until these partitions hold nothing, but no longer than {@code most}, and not for a flusher that is dead. */
    boolean awaitSettled(Collection<PartitionBuffer> those, Duration most, BooleanSupplier dead) {
        return locked(() -> {
            var left = most.toNanos();
            while (left > 0 && !dead.getAsBoolean() && !areSettled(those)) {
                left = awaitNanos(left);
            }
            return areSettled(those);
        });
    }

    private static boolean areSettled(Collection<PartitionBuffer> those) {
        return those.stream().allMatch(b -> b.isSettled() || b.isDropped());
    }

    boolean isSettled(PartitionBuffer buffer) {
        return locked(buffer::isSettled);
    }

    @Nullable
    Stored stored(PartitionBuffer buffer) {
        lock.lock();
        try {
            return buffer.isDropped() ? null : buffer.stored();
        } finally {
            lock.unlock();
        }
    }

    /** The partitions that the database refused since the last call because others have taken them over. */
    List<PartitionBuffer> takeFenced() {
        return locked(() -> {
            var taken = List.copyOf(fenced);
            fenced.clear();
            return taken;
        });
    }

    /** Comes before the next slice. */
    void ask(Runnable question) {
        locked(() -> questions.add(question));
    }

    Load load() {
        lock.lock();
        try {
            var records = underWay == null ? 0 : underWay.records();
            var bytes = underWay == null ? 0 : underWay.bytes();
            for (var buffer : buffers) {
                records += buffer.size();
                bytes += buffer.bytes();
            }
            return new Load(records, bytes);
        } finally {
            lock.unlock();
        }
    }

    /** What is due now; if nothing is, waits until something may be. */
    Turn next(FlushSettings now) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var question = questions.poll();
            if (question == null) {
                underWay = nextSlice(now);
            }
            return new Turn(question, underWay);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Slice nextSlice(FlushSettings now) throws InterruptedException {
        var waiting = buffers.stream().filter(PartitionBuffer::hasWaiting).toList();
        if (waiting.isEmpty()) {
            sleep(NAP);
            return null;
        }
        var left = untilDue(waiting, now);
        if (left <= 0) {
            return Slice.of(waiting, now);
        }
        var draining = waiting.stream().filter(PartitionBuffer::isDraining).toList();
        if (!draining.isEmpty()) {
            return Slice.of(draining, now);
        }
        sleep(Math.min(left, NAP));
        return null;
    }

    private static long untilDue(List<PartitionBuffer> waiting, FlushSettings now) {
        var records = 0;
        var bytes = 0L;
        var oldest = Long.MAX_VALUE;
        var instant = System.nanoTime();
        for (var buffer : waiting) {
            records += buffer.size();
            bytes += buffer.bytes();
            oldest = Math.min(oldest, buffer.oldest() - instant);
        }
        if (records >= now.size() || bytes >= now.bytes()) {
            return 0;
        }
        return now.interval() == null ? NAP : oldest + now.interval().toNanos();
    }

    /** A slice is committed, except what was refused, which others have taken over. */
    void landed(Slice slice, List<PartitionClaim> refused) {
        locked(() -> {
            for (var buffer : slice.landed(refused)) {
                buffer.drop();
                fenced.add(buffer);
                buffers.remove(buffer);
            }
            underWay = null;
            return true;
        });
    }

    /** Leaves out of a slice what has been given up meanwhile; true when nothing is left of it. */
    boolean isGivenUp(Slice slice) {
        return locked(() -> {
            slice.forgetDropped();
            return slice.isEmpty();
        });
    }

    /** Waits, as long as {@code still} holds. */
    void pause(Duration time, BooleanSupplier still) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            var left = time.toNanos();
            while (left > 0 && still.getAsBoolean()) {
                left = sleep(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Lets everybody who waits look again. */
    void wake() {
        locked(() -> true);
    }

    private long awaitNanos(long nanos) {
        try {
            return sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /** Until something changes, and what of the time is left then; every caller looks again at what it waits for. */
    @SuppressWarnings("WaitNotInLoop")
    private long sleep(long nanos) throws InterruptedException {
        return changed.awaitNanos(nanos);
    }

    private <T> T locked(Supplier<T> change) {
        lock.lock();
        try {
            var result = change.get();
            changed.signalAll();
            return result;
        } finally {
            lock.unlock();
        }
    }
}

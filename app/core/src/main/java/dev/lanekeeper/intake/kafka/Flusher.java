package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.intake.kafka.PartitionBuffer.Entry;
import dev.lanekeeper.intake.kafka.PartitionBuffer.Stored;
import dev.lanekeeper.work.KafkaBatch;
import dev.lanekeeper.work.PartitionClaim;
import dev.lanekeeper.work.StoredBatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that one consumer does in the database, on a thread of its own with at most one batch under way, so that
 * the consumer goes on polling, and stays in its group, however slow the database is.
 *
 * <p>It decides itself when a flush is due, so neither the flush interval nor the next slice of a backlog waits for a poll to
 * return. A batch that could not be stored is repeated until it is, or until its partitions are given up: progress in the
 * database makes repetition harmless.
 */
final class Flusher {

    private static final Logger log = LoggerFactory.getLogger(Flusher.class);
    private static final long LONGEST_BACKOFF_MILLIS = 1000;

    /** Whose records are stored; {@code slot} keeps the counts of concurrent writers apart. */
    record Source(String handlerId, int handlerNumber, String laneGroup, int slot) {}

    /** What is held in memory: waiting and under way. */
    record Load(int records, long bytes) {}

    /** The last successful flush. */
    record LastFlush(int records, Duration duration, Instant at) {}

    private final Source source;
    private final Function<KafkaBatch, StoredBatch> storer;
    private final Supplier<FlushSettings> settings;
    private final IntakeListener listener;
    private final Outage outage;
    private final Thread thread;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<PartitionBuffer> buffers = new LinkedHashSet<>();
    private final Set<PartitionBuffer> fenced = new LinkedHashSet<>();
    private final Deque<Runnable> questions = new ArrayDeque<>();
    private @Nullable Slice underWay;
    private volatile boolean closed;
    private volatile boolean failing;
    private volatile @Nullable LastFlush lastFlush;
    private volatile @Nullable Throwable death;

    Flusher(
            Source source,
            Function<KafkaBatch, StoredBatch> storer,
            Supplier<FlushSettings> settings,
            IntakeListener listener) {
        this.source = source;
        this.storer = storer;
        this.settings = settings;
        this.listener = listener;
        this.outage = new Outage(log, "Records of handler " + source.handlerId() + " could not be stored");
        this.thread = new Thread(this::run, Thread.currentThread().getName() + "-flush");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

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

    /** Gives a partition up: what waits is forgotten, and what is under way no longer counts for Kafka. */
    void drop(Collection<PartitionBuffer> given) {
        locked(() -> {
            given.forEach(PartitionBuffer::drop);
            return buffers.removeAll(given);
        });
    }

    /** Stores what these partitions hold, whatever the settings say; returns at once. */
    void hurry(Collection<PartitionBuffer> those) {
        locked(() -> {
            those.forEach(b -> b.drain(true));
            return true;
        });
    }

    /** Stores what these partitions hold and waits for it, but no longer than {@code most}. */
    boolean drain(Collection<PartitionBuffer> those, Duration most) {
        hurry(those);
        return Boolean.TRUE.equals(locked(() -> {
            var left = most.toNanos();
            while (left > 0 && death == null && !those.stream().allMatch(b -> b.isSettled() || b.isDropped())) {
                left = awaitNanos(left);
            }
            return those.stream().allMatch(b -> b.isSettled() || b.isDropped());
        }));
    }

    boolean isSettled(PartitionBuffer buffer) {
        return Boolean.TRUE.equals(locked(buffer::isSettled));
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
        lock.lock();
        try {
            var taken = List.copyOf(fenced);
            fenced.clear();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Asks the database something on the flusher's thread, before the next flush. */
    <T> CompletableFuture<T> ask(Supplier<T> question) {
        var answer = new CompletableFuture<T>();
        locked(() -> questions.add(() -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        }));
        return answer;
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

    /** Whether the last attempt to store failed. */
    boolean isFailing() {
        return failing;
    }

    @Nullable
    String failure() {
        return outage.reason();
    }

    @Nullable
    LastFlush lastFlush() {
        return lastFlush;
    }

    /** What ended the thread although it was not closed; its consumer is of no use any more. */
    @Nullable
    Throwable death() {
        return death;
    }

    /** Ends the thread; what was not drained before is not stored. */
    void close(Duration most) {
        locked(() -> {
            closed = true;
            return true;
        });
        try {
            thread.join(Math.max(1, most.toMillis() / 2));
            if (thread.isAlive()) {
                thread.interrupt();
                thread.join(Math.max(1, most.toMillis() / 2));
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            log.error("A flush does not end; its thread is left behind thread={}", thread.getName());
        }
    }

    private void run() {
        try {
            while (!closed) {
                step();
            }
        } catch (InterruptedException e) {
            log.debug("Interrupted thread={}", thread.getName());
        } catch (Throwable e) {
            death = e;
            locked(() -> true);
        }
    }

    private void step() throws InterruptedException {
        Runnable question;
        Slice slice = null;
        lock.lockInterruptibly();
        try {
            question = questions.poll();
            if (question == null) {
                slice = nextSlice(settings.get());
                underWay = slice;
            }
        } finally {
            lock.unlock();
        }
        if (question != null) {
            question.run();
        } else if (slice != null) {
            store(slice);
        }
    }

    /** What is due now; if nothing is, waits until something may be and returns null. */
    private @Nullable Slice nextSlice(FlushSettings now) throws InterruptedException {
        var waiting = buffers.stream().filter(PartitionBuffer::hasWaiting).toList();
        if (waiting.isEmpty()) {
            sleep(TimeUnit.SECONDS.toNanos(1));
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
        sleep(left);
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
        return now.interval() == null
                ? TimeUnit.SECONDS.toNanos(1)
                : oldest + now.interval().toNanos();
    }

    private void store(Slice slice) throws InterruptedException {
        for (var attempt = 1; attempt(slice, attempt); attempt++) {
            lock.lock();
            try {
                slice.forgetDropped();
                if (slice.isEmpty()) {
                    ended(slice, List.of());
                    return;
                }
                waitAfter(attempt);
            } finally {
                lock.unlock();
            }
            if (closed) {
                return;
            }
        }
    }

    /** Whether another attempt is needed. */
    private boolean attempt(Slice slice, int number) {
        var begun = System.nanoTime();
        try {
            var batch = new KafkaBatch(
                    source.handlerNumber(), source.laneGroup(), source.slot(), slice.claims(), slice.items());
            var result = storer.apply(batch);
            var duration = Duration.ofNanos(System.nanoTime() - begun);
            lastFlush = new LastFlush(slice.records(), duration, Instant.now());
            locked(() -> {
                ended(slice, result.fenced());
                return true;
            });
            outage.over();
            listener.flushed(source.handlerId(), result, duration);
            return false;
        } catch (RuntimeException e) {
            failing = true;
            outage.noticed(Outage.line(e));
            log.debug("Attempt to store failed handler={} attempt={}", source.handlerId(), number, e);
            listener.flushFailed(source.handlerId(), e);
            return true;
        }
    }

    /** Under the lock. */
    private void ended(Slice slice, List<PartitionClaim> refused) {
        for (var buffer : slice.landed(refused)) {
            buffer.drop();
            fenced.add(buffer);
            buffers.remove(buffer);
        }
        underWay = null;
        failing = false;
        changed.signalAll();
    }

    private void waitAfter(int attempt) throws InterruptedException {
        var millis = Math.min(LONGEST_BACKOFF_MILLIS, 25L << Math.min(attempt, 10));
        var left = TimeUnit.MILLISECONDS.toNanos(millis);
        while (left > 0 && !closed) {
            left = sleep(left);
        }
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

    /** Changes something under the lock and wakes whoever waits for a change. */
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

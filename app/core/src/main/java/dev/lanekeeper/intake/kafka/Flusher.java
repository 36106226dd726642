package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.intake.kafka.FlushQueue.Load;
import dev.lanekeeper.intake.kafka.PartitionBuffer.Entry;
import dev.lanekeeper.intake.kafka.PartitionBuffer.Stored;
import dev.lanekeeper.work.KafkaBatch;
import dev.lanekeeper.work.PartitionClaim;
import dev.lanekeeper.work.StoredBatch;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
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

    /** With what; {@code settings} are read anew for every decision. */
    record Means(Function<KafkaBatch, StoredBatch> storer, Supplier<FlushSettings> settings, Clock clock) {}

    /** The last successful flush. */
    record LastFlush(int records, Duration duration, Instant at) {}

    private final Source source;
    private final Means means;
    private final IntakeListener listener;
    private final Outage outage;
    private final Thread thread;
    private final FlushQueue queue = new FlushQueue();
    private volatile boolean closed;
    private volatile boolean failing;
    private volatile @Nullable LastFlush lastFlush;
    private volatile @Nullable Throwable death;
    private volatile @Nullable Long begunNanos;

    Flusher(Source source, Means means, IntakeListener listener) {
        this.source = source;
        this.means = means;
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
        queue.open(buffer);
    }

    void add(PartitionBuffer buffer, List<Entry> entries) {
        queue.add(buffer, entries);
    }

    /** Gives partitions up: what waits is forgotten, and what is under way no longer counts for Kafka. */
    void drop(Collection<PartitionBuffer> given) {
        queue.drop(given);
    }

    /** Stores what these partitions hold, whatever the settings say; returns at once. */
    void hurry(Collection<PartitionBuffer> those) {
        queue.hurry(those);
    }

    /** Stores what these partitions hold and waits for it, but no longer than {@code most}. */
    boolean drain(Collection<PartitionBuffer> those, Duration most) {
        queue.hurry(those);
        return queue.awaitSettled(those, most, () -> death != null);
    }

    boolean isSettled(PartitionBuffer buffer) {
        return queue.isSettled(buffer);
    }

    @Nullable
    Stored stored(PartitionBuffer buffer) {
        return queue.stored(buffer);
    }

    /** The partitions that the database refused since the last call because others have taken them over. */
    List<PartitionBuffer> takeFenced() {
        return queue.takeFenced();
    }

    /** Asks the database something on the flusher's thread, before the next flush. */
    <T> CompletableFuture<T> ask(Supplier<T> question) {
        var answer = new CompletableFuture<T>();
        queue.ask(() -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    Load load() {
        return queue.load();
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

    /** How long it has been waiting for the database's answer by now; no time while it waits for none. */
    Duration waiting() {
        var begun = begunNanos;
        return begun == null ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - begun);
    }

    /** What ended the thread although it was not closed; its consumer is of no use any more. */
    @Nullable
    Throwable death() {
        return death;
    }

    /** Ends the thread; what was not drained before is not stored. */
    void close(Duration most) {
        closed = true;
        queue.wake();
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
            queue.wake();
        }
    }

    private void step() throws InterruptedException {
        var turn = queue.next(means.settings().get());
        if (turn.question() != null) {
            begunNanos = System.nanoTime();
            turn.question().run();
            begunNanos = null;
        } else if (turn.slice() != null) {
            store(turn.slice());
        }
    }

    private void store(Slice slice) throws InterruptedException {
        for (var number = 1; !attempt(slice, number) && !closed; number++) {
            if (queue.isGivenUp(slice)) {
                ended(slice, List.of());
                return;
            }
            var backoff = Math.min(LONGEST_BACKOFF_MILLIS, 25L << Math.min(number, 10));
            queue.pause(Duration.ofMillis(backoff), () -> !closed);
        }
    }

    /** Whether it is stored. */
    private boolean attempt(Slice slice, int number) {
        var begun = System.nanoTime();
        begunNanos = begun;
        try {
            var batch = new KafkaBatch(
                    source.handlerNumber(), source.laneGroup(), source.slot(), slice.claims(), slice.items());
            var result = means.storer().apply(batch);
            var duration = Duration.ofNanos(System.nanoTime() - begun);
            lastFlush = new LastFlush(slice.records(), duration, means.clock().instant());
            ended(slice, result.fenced());
            outage.over();
            listener.flushed(source.handlerId(), result, duration);
            return true;
        } catch (RuntimeException e) {
            failing = true;
            outage.noticed(Outage.line(e));
            log.debug("Attempt to store failed handler={} attempt={}", source.handlerId(), number, e);
            listener.flushFailed(source.handlerId(), e);
            return false;
        } finally {
            begunNanos = null;
        }
    }

    private void ended(Slice slice, List<PartitionClaim> refused) {
        queue.landed(slice, refused);
        failing = false;
    }
}

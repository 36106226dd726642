package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.intake.kafka.ConsumerLoop.Outlook;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one consumer of a handler alive: when it dies of an unexpected error, a fresh one takes its place after a back-off
 * (never the same one again, which would die of the same).
 */
final class ConsumerThread {

    private static final Logger log = LoggerFactory.getLogger(ConsumerThread.class);
    private static final long LONGEST_BACKOFF = TimeUnit.SECONDS.toNanos(30);
    private static final long PROVEN_AFTER = TimeUnit.MINUTES.toNanos(1);
    private static final int DEATHS_IN_A_ROW_OF_A_HEALTHY_ONE = 2;

    private final String name;
    private final String handlerId;
    private final IntakeListener listener;
    private final BiFunction<Integer, Outlook, ConsumerLoop> maker;
    private final int number;
    private @Nullable Thread thread;
    private long notBefore = System.nanoTime();
    private volatile @Nullable ConsumerLoop loop;
    private volatile @Nullable Duration stopWithin;
    private volatile int deathsInARow;
    private final AtomicLong deaths = new AtomicLong();
    private volatile @Nullable String lastDeath;
    private volatile long begun;

    /** @param maker makes the consumer's client and all it works with, on the consumer's thread */
    ConsumerThread(
            String handlerId, int number, IntakeListener listener, BiFunction<Integer, Outlook, ConsumerLoop> maker) {
        this.name = "lanekeeper-intake-" + handlerId + "-" + number;
        this.handlerId = handlerId;
        this.number = number;
        this.listener = listener;
        this.maker = maker;
    }

    /** Starts it if it does not run and its back-off is over, and tells it what there is to read. */
    synchronized void keepAlive(Outlook outlook) {
        var running = loop;
        if (running != null) {
            running.look(outlook);
        } else if ((thread == null || !thread.isAlive()) && stopWithin == null && System.nanoTime() - notBefore >= 0) {
            thread = new Thread(() -> run(outlook), name);
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Asks it to end; {@link #join} waits for it. */
    synchronized void stop(Duration within) {
        stopWithin = within;
        var running = loop;
        if (running != null) {
            running.stop(within);
        }
    }

    /** @return whether no thread is left */
    boolean join(long deadline) {
        Thread ending;
        synchronized (this) {
            ending = thread;
        }
        if (ending == null) {
            return true;
        }
        try {
            ending.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            if (ending.isAlive()) {
                ending.interrupt();
                ending.join(1000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (ending.isAlive()) {
            log.error("A consumer does not end; its thread is left behind thread={}", name);
        }
        return !ending.isAlive();
    }

    IntakeStatus.@Nullable ConsumerStatus snapshot() {
        var running = loop;
        return running == null ? null : running.snapshot();
    }

    long deaths() {
        return deaths.get();
    }

    @Nullable
    String lastDeath() {
        return deathsInARow == 0 ? null : lastDeath;
    }

    boolean isHealthy() {
        return deathsInARow <= DEATHS_IN_A_ROW_OF_A_HEALTHY_ONE;
    }

    private void run(Outlook outlook) {
        begun = System.nanoTime();
        try {
            var made = maker.apply(number, outlook);
            loop = made;
            var within = stopWithin;
            if (within != null) {
                made.stop(within);
            }
            made.run();
            deathsInARow = 0;
        } catch (Throwable e) {
            died(e, System.nanoTime() - begun > PROVEN_AFTER);
        } finally {
            loop = null;
        }
    }

    private void died(Throwable e, boolean hadProvenItself) {
        deathsInARow = hadProvenItself ? 1 : deathsInARow + 1;
        deaths.incrementAndGet();
        lastDeath = Outage.line(e);
        var backoff = Math.min(LONGEST_BACKOFF, TimeUnit.SECONDS.toNanos(1) << Math.min(deathsInARow - 1, 10));
        synchronized (this) {
            notBefore = System.nanoTime() + backoff;
        }
        if (stopWithin == null) {
            log.error(
                    "A consumer died and is replaced in {} s handler={} consumer={}",
                    TimeUnit.NANOSECONDS.toSeconds(backoff),
                    handlerId,
                    number,
                    e);
            listener.consumerReplaced(handlerId, e);
        } else {
            log.warn("A consumer ended with an error handler={} consumer={}", handlerId, number, e);
        }
    }
}

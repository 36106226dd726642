package dev.lanekeeper.console.page;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something that may take long to find out: found out by a thread of its own while somebody looks, and kept for those who look
 * next, so that no page waits for it. Rests between two times at least as long as it is told, and fifty times as long as it took.
 *
 * @param <T> what is found out
 */
public final class Background<T> implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Background.class);
    private static final int REST = 50;

    private final String name;
    private final Supplier<T> work;
    private final Duration rest;
    private final Supplier<Instant> clock;
    private final ExecutorService thread;
    private Seen<T> seen = new Seen<>(null, null, null);
    private @Nullable Future<?> running;
    private long dueAt = System.nanoTime();

    public Background(String name, Duration rest, Supplier<Instant> clock, Supplier<T> work) {
        this.name = name;
        this.work = work;
        this.rest = rest;
        this.clock = clock;
        var threads = new ThreadPoolExecutor(1, 1, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            var daemon = new Thread(task, "lanekeeper-console-" + name);
            daemon.setDaemon(true);
            return daemon;
        });
        threads.allowCoreThreadTimeOut(true);
        this.thread = threads;
    }

    /**
     * What is known.
     *
     * @param value {@code null} as long as it was never found out
     * @param at when it was
     * @param problem why the last time failed; {@code null} when it did not
     */
    public record Seen<T>(
            @Nullable T value,
            @Nullable Instant at,
            @Nullable String problem) {}

    /** @param patience how long to wait where nothing is known yet */
    public Seen<T> look(Duration patience) {
        var first = startWhenDue();
        if (first != null) {
            await(first, patience);
        }
        synchronized (this) {
            return seen;
        }
    }

    /** @return what to wait for, where nothing is known yet */
    private synchronized @Nullable Future<?> startWhenDue() {
        if ((running == null || running.isDone()) && System.nanoTime() - dueAt >= 0) {
            try {
                running = thread.submit(this::find);
            } catch (RejectedExecutionException e) {
                return null;
            }
        }
        return seen.value() == null && seen.problem() == null ? running : null;
    }

    private static void await(Future<?> future, Duration patience) {
        try {
            future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            log.trace("Shown as unknown", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void find() {
        var start = System.nanoTime();
        T value = null;
        String problem = null;
        try {
            value = work.get();
        } catch (RuntimeException e) {
            problem = e.toString();
            log.debug("{} is not known", name, e);
        }
        var end = System.nanoTime();
        synchronized (this) {
            seen = value == null ? new Seen<>(seen.value(), seen.at(), problem) : new Seen<>(value, clock.get(), null);
            dueAt = end + Math.max(rest.toNanos(), REST * (end - start));
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}

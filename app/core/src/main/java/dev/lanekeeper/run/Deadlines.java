package dev.lanekeeper.run;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Interrupts handler calls that take longer than their handler's timeout. */
public final class Deadlines implements AutoCloseable {

    private final ScheduledThreadPoolExecutor timer;

    public Deadlines() {
        timer = new ScheduledThreadPoolExecutor(1, task -> {
            var thread = new Thread(task, "lanekeeper-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    /** Watches the calling thread until the deadline is closed; does nothing without a timeout. */
    Deadline begin(@Nullable Duration timeout) {
        var deadline = new Deadline(Thread.currentThread());
        if (timeout != null) {
            deadline.task = timer.schedule(deadline::expire, timeout.toNanos(), TimeUnit.NANOSECONDS);
        }
        return deadline;
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** One call's deadline. */
    static final class Deadline {

        private final Thread thread;
        private @Nullable ScheduledFuture<?> task;
        private boolean ended;
        private boolean expired;

        private Deadline(Thread thread) {
            this.thread = thread;
        }

        private synchronized void expire() {
            if (!ended) {
                expired = true;
                thread.interrupt();
            }
        }

        /**
         * Ends the watch and tells whether it interrupted the call. The thread leaves without the interrupt, whoever it came
         * from: what follows is the record of the result, which must not be cut short.
         */
        synchronized boolean end() {
            ended = true;
            if (task != null) {
                task.cancel(false);
            }
            Thread.interrupted();
            return expired;
        }
    }
}

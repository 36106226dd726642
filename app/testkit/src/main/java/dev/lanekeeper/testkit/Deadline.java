package dev.lanekeeper.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Bounded waiting for a condition outside of this JVM, where nothing can notify. */
final class Deadline {

    private static final Duration PAUSE = Duration.ofMillis(20);

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    static Deadline in(Duration duration) {
        return new Deadline(System.nanoTime() + duration.toNanos());
    }

    boolean isOver() {
        return System.nanoTime() - end >= 0;
    }

    /** Looks at the condition until it holds (true) or the time is over (false); the condition is always asked once. */
    boolean await(Callable<Boolean> condition) {
        try {
            while (!condition.call()) {
                if (isOver()) {
                    return false;
                }
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting", e);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("The condition could not be asked", e);
        }
    }
}

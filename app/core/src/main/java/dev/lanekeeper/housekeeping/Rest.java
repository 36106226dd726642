package dev.lanekeeper.housekeeping;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The pause between two pieces of work, which the stop of the node ends for good. */
final class Rest {

    private static final Duration LONGEST = Duration.ofSeconds(1);

    private volatile CountDownLatch ended = new CountDownLatch(1);

    /** From now on there may be work, also after an end. */
    void begin() {
        ended = new CountDownLatch(1);
    }

    /** Rests as long as the work took; false when there is to be no more work. */
    boolean after(Duration work) {
        try {
            var nanos = Math.min(work.toNanos(), LONGEST.toNanos());
            return !ended.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    boolean isEnded() {
        return ended.getCount() == 0;
    }

    void end() {
        ended.countDown();
    }
}

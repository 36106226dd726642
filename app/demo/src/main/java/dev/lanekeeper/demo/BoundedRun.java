package dev.lanekeeper.demo;

import dev.lanekeeper.demo.Books.Progress;
import dev.lanekeeper.demo.SampleEvents.Sample;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Sends a number of events and waits until all are finished. Most are sent as fast as the broker takes them, with every kind of
 * trouble: they tell how many are finished in a second. The last tenth is sent calmly and without trouble: it tells how soon a
 * handler starts, which under a backlog would only tell how long the backlog is.
 */
final class BoundedRun {

    private static final int CALM_PART = 10;
    private static final int MOST_CALM = 1_000;
    private static final int CALM_EVENTS_A_SECOND = 250;
    private static final Duration LONGEST_STANDSTILL = Duration.ofSeconds(60);
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration TELL_EVERY = Duration.ofSeconds(2);

    private final SampleEvents samples;
    private final Sender sender;
    private final Books books;
    private final CommitToStart commitToStart;
    private final PrintStream out;

    /** How fast it went. */
    record Speed(double eventsPerSecond, Duration p50, Duration p99) {

        @Override
        public String toString() {
            return "speed: %,.0f events/s, commit-to-start p50 %.1f ms p99 %.1f ms"
                    .formatted(eventsPerSecond, millis(p50), millis(p99));
        }

        private static double millis(Duration duration) {
            return duration.toNanos() / 1e6;
        }
    }

    BoundedRun(SampleEvents samples, Sender sender, Books books, CommitToStart commitToStart, PrintStream out) {
        this.samples = samples;
        this.sender = sender;
        this.books = books;
        this.commitToStart = commitToStart;
        this.out = out;
    }

    Speed run(int events) {
        var calm = Math.min(MOST_CALM, events / CALM_PART);
        var burst = events - calm;
        out.printf("Sending %,d events at once, with troubles among them%n", burst);
        var begin = System.nanoTime();
        send(burst, Duration.ZERO, samples::next);
        awaitFinished(burst);
        var took = System.nanoTime() - begin;
        out.printf("Sending %,d events at %d a second, to see how soon they start%n", calm, CALM_EVENTS_A_SECOND);
        commitToStart.begin();
        send(calm, Duration.ofSeconds(1).dividedBy(CALM_EVENTS_A_SECOND), samples::calm);
        awaitFinished(events);
        return new Speed(burst / (took / 1e9), commitToStart.percentile(50), commitToStart.percentile(99));
    }

    private void send(int count, Duration pause, Supplier<Sample> next) {
        var due = System.nanoTime();
        for (var n = 0; n < count; n++) {
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            sender.send(next.get());
            due += pause.toNanos();
        }
        sender.flush();
    }

    private void awaitFinished(long events) {
        var before = new Progress(-1, 0, 0);
        var moved = System.nanoTime();
        var told = moved;
        for (var now = books.progress(); !now.isFinished(events); now = books.progress()) {
            if (!now.equals(before)) {
                moved = System.nanoTime();
                before = now;
            }
            if (System.nanoTime() - moved > LONGEST_STANDSTILL.toNanos()) {
                throw new Unusable("Nothing has moved for %d s: %,d of %,d events were read, %,d wait."
                        .formatted(LONGEST_STANDSTILL.toSeconds(), now.consumed(), events, now.waiting()));
            }
            if (System.nanoTime() - told > TELL_EVERY.toNanos()) {
                told = System.nanoTime();
                out.printf("  %,d of %,d finished%n", now.finished(), events);
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }
}

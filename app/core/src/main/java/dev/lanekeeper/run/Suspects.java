package dev.lanekeeper.run;

import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Run;
import dev.lanekeeper.work.SuspectRecorder;
import dev.lanekeeper.work.SuspectRecorder.Begun;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Starts items that may have killed a process. Of those that were at work when one died, a node works on one at a time, so that the
 * next death tells which it was; otherwise an innocent that is always begun together with the killer would be given up with it.
 */
final class Suspects {

    /** An item that is at work for longer keeps the others back no more: it may hang, and kill nobody. */
    private static final long PATIENCE_NANOS = Duration.ofMinutes(1).toNanos();

    /** When an item is looked at again that may not start beside another. */
    static final Duration LATER = Duration.ofSeconds(1);

    private final SuspectRecorder recorder;
    private final AtomicReference<@Nullable Turn> alone = new AtomicReference<>();

    Suspects(SuspectRecorder recorder) {
        this.recorder = recorder;
    }

    /** One suspect's turn, from before its start until after its result is recorded; for the run's thread. */
    Turn turn() {
        return new Turn();
    }

    final class Turn implements AutoCloseable {

        private final long sinceNanos = System.nanoTime();

        /** Records the start in a transaction of its own. */
        Begun begin(Run run, OwnedLane lane, long itemId) {
            return recorder.begin(run, lane, itemId, strikes -> strikes == 0 || isAlone());
        }

        /** May be asked again when the transaction is repeated. */
        private boolean isAlone() {
            var other = alone.get();
            return other == this || ((other == null || other.isLong()) && alone.compareAndSet(other, this));
        }

        private boolean isLong() {
            return System.nanoTime() - sinceNanos > PATIENCE_NANOS;
        }

        @Override
        public void close() {
            alone.compareAndSet(this, null);
        }
    }
}

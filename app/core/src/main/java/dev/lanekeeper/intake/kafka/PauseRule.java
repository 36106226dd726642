package dev.lanekeeper.intake.kafka;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a handler as a whole may take in more: a person paused it, or enough is waiting. Pauses at {@code max-waiting} and
 * resumes at 80 % of it, so that the intake does not flutter at the limit.
 */
final class PauseRule {

    private final BooleanSupplier intakePaused;
    private final LongSupplier waiting;
    private final long maxWaiting;
    private boolean full;

    PauseRule(BooleanSupplier intakePaused, LongSupplier waiting, long maxWaiting) {
        this.intakePaused = intakePaused;
        this.waiting = waiting;
        this.maxWaiting = maxWaiting;
    }

    /** @param buffered what the asking consumer holds beside what is stored */
    synchronized @Nullable PauseReason reason(int buffered) {
        var now = waiting.getAsLong() + buffered;
        full = full ? now > maxWaiting / 5 * 4 : now >= maxWaiting;
        if (intakePaused.getAsBoolean()) {
            return PauseReason.BY_OPERATOR;
        }
        return full ? PauseReason.MAX_WAITING : null;
    }
}

package dev.lanekeeper.monitor;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.run.RunListener.Result;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.ItemResult.FailedAttempt;
import dev.lanekeeper.work.State;
import dev.lanekeeper.work.WaitingItem;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Results as a run tells them, of an item that was produced at 0 s, polled at 1 s, stored at 3 s, started at 6 s and
 * finished at 10 s; it is told at 15 s.
 */
final class Told {

    static final Instant START = Instant.parse("2030-01-01T00:00:00Z");
    static final Instant NOW = at(15);
    static final RawEvent EVENT = new RawEvent("topic", 3, 42, START, new byte[] {1}, new byte[] {2}, List.of());
    private static final FailedAttempt ATTEMPT =
            new FailedAttempt(1, "java.lang.IllegalStateException", "no", "stack", "print");

    private Told() {}

    static Instant at(int second) {
        return START.plusSeconds(second);
    }

    static WaitingItem item(int attempts, int dueAt) {
        return new WaitingItem(new UUID(1, 2), 7, 1, null, at(dueAt), attempts, at(1), at(3), false, "r", null, EVENT);
    }

    static Result acknowledged() {
        return finished(State.DONE, new Outcome.Ack("e1", at(0), "placed", "v1"), null, false);
    }

    static Result skipped() {
        return finished(State.SKIPPED, new Outcome.Ack(null, null, null, null), null, false);
    }

    static Result rejected() {
        return finished(State.REJECTED, new Outcome.Ack(null, null, null, null), null, false);
    }

    static Result failed(boolean park) {
        return finished(State.FAILED, new Outcome.Ack(null, null, null, null), ATTEMPT, park);
    }

    static Result retried() {
        return new Result("orders", item(0, 3), new ItemResult.Retry(7, 1, 1, at(6), at(10), at(60), ATTEMPT));
    }

    /** The second attempt, which was due at once. */
    static Result acknowledgedAfterRetry() {
        var first = acknowledged();
        return new Result("orders", item(1, 3), first.result());
    }

    private static Result finished(State state, Outcome.Ack fields, @Nullable FailedAttempt attempt, boolean park) {
        var reason = state == State.REJECTED ? "not ours" : null;
        return new Result(
                "orders",
                item(0, 3),
                new ItemResult.Finished(
                        7, 1, null, state, 1, at(6), at(10), fields, reason, null, true, park, attempt));
    }
}

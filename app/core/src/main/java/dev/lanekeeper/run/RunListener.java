package dev.lanekeeper.run;

import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.WaitingItem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Is told what runs do; implemented by the monitor room. Called on the worker's thread (results of a run that is stuck in a
 * handler: on the node's watch), outside transactions; what it throws is logged and harms nothing.
 */
public interface RunListener {

    /** A handler is about to be called. */
    default void started(String handler, WaitingItem item) {}

    /**
     * The attempt has failed: with what the handler, or its transaction, threw, and what is to become of it. On the worker's
     * thread, before {@link #left}.
     */
    default void threw(String handler, WaitingItem item, ItemResult result, Throwable thrown) {}

    /** The worker's thread is done with the handler and its transaction, however that went; follows every {@link #started}. */
    default void left(String handler, WaitingItem item) {}

    /** An item was not given a lock, and does not wait for it; its handler is not called. Before that is committed. */
    default void refused(String handler, WaitingItem item, Refusal refusal) {}

    /**
     * Why an item was not tried.
     *
     * @param lock its name
     * @param conflict what becomes of the item
     * @param holder the item that has the lock; {@code null} when others come first
     * @param givenUp whether it was rescheduled as often as it may, and is rejected in place of that
     */
    record Refusal(
            String lock, RunConflict conflict, @Nullable Long holder, boolean givenUp) {}

    /** A handler call has ended; its result is not recorded yet. */
    default void ended(String handler, WaitingItem item, ItemResult result) {}

    /** Results are committed, in the order of their lanes. */
    default void recorded(List<Result> results) {}

    /** The lock of a unique item is free, since it is begun or has ended. */
    default void unlocked(String handler, WaitingItem item, String uniqueKey) {}

    /** Results were dropped, since their lane had another owner by then. */
    default void dropped(List<Result> results) {}

    /**
     * Items were given up since their workers died again and again; each is FAILED now, and its last attempt was never seen to
     * end. On the heartbeat of the node that noticed.
     */
    default void workersLost(List<Result> results) {}

    /** One result and the item that it is of. */
    record Result(String handler, WaitingItem item, ItemResult result) {}
}

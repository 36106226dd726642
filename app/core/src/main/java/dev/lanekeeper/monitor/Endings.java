package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.HandledItem;
import dev.lanekeeper.api.event.ItemEvent;
import dev.lanekeeper.api.event.ItemEvent.Ending;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.State;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The one place that says how an attempt ended, for events, hooks and meters alike. */
final class Endings {

    private Endings() {}

    static Ending of(ItemResult result) {
        if (!(result instanceof Finished finished)) {
            return Ending.RETRIED;
        }
        return switch (finished.state()) {
            case DONE -> Ending.ACKNOWLEDGED;
            case SKIPPED -> Ending.SKIPPED;
            case REJECTED -> Ending.REJECTED;
            case FAILED -> Ending.FAILED;
            case DISCARDED ->
                throw new IllegalArgumentException(
                        "An attempt at item " + finished.itemId() + " cannot end as discarded; only a person discards");
        };
    }

    /**
     * What is told of an item that has failed for good; {@code null} when it has not.
     *
     * @param maxRetries what counts for a handler at this moment, by its number
     */
    static ItemEvent.@Nullable Failed failed(
            HandledItem item, ItemResult result, IntFunction<@Nullable Integer> maxRetries) {
        if (!(result instanceof Finished finished) || finished.state() != State.FAILED || finished.attempt() == null) {
            return null;
        }
        var attempt = finished.attempt();
        var most = maxRetries.apply(finished.handlerId());
        return new ItemEvent.Failed(
                item,
                attempt.errorClass(),
                attempt.errorMessage(),
                attempt.fingerprint(),
                most == null || finished.attempts() <= most,
                finished.park());
    }
}

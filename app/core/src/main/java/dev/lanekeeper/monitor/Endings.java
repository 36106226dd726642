package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.ItemEvent.Ending;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.ItemResult.Finished;

/** The one place that says how an attempt ended, for events and meters alike. */
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
}

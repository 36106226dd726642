package dev.lanekeeper.monitor;

import dev.lanekeeper.api.AfterFailure;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.State;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tells handlers which of their items have failed for good, after the commit, on the worker's thread. */
final class AfterFailures implements RunListener {

    private final Function<String, @Nullable HandlerDefinition> handlers;

    AfterFailures(Function<String, @Nullable HandlerDefinition> handlers) {
        this.handlers = handlers;
    }

    @Override
    public void recorded(List<Result> results) {
        results.forEach(this::tell);
    }

    @Override
    public void workersLost(List<Result> results) {
        results.forEach(this::tell);
    }

    private void tell(Result told) {
        if (told.result() instanceof Finished finished
                && finished.state() == State.FAILED
                && finished.attempt() != null) {
            var handler = handlers.apply(told.handler());
            if (handler != null) {
                var item = told.item();
                var attempt = finished.attempt();
                handler.call()
                        .gaveUp(new AfterFailure.Failed(
                                told.handler(),
                                item.itemId(),
                                finished.attempts(),
                                item.resource(),
                                item.event(),
                                attempt.errorClass(),
                                attempt.errorMessage(),
                                attempt.fingerprint(),
                                finished.park()));
            }
        }
    }
}

package dev.lanekeeper.monitor;

import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.State;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Tells handlers which of their items have failed for good, after the commit, on the worker's thread. */
final class AfterFailures implements RunListener {

    private final Function<String, @Nullable HandlerDefinition> handlers;
    private final Items items;
    private final IntFunction<@Nullable Integer> maxRetries;

    /** @param maxRetries what counts for a handler at this moment, by its number */
    AfterFailures(Function<String, @Nullable HandlerDefinition> handlers, IntFunction<@Nullable Integer> maxRetries) {
        this.handlers = handlers;
        this.items = new Items(handlers);
        this.maxRetries = maxRetries;
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
        if (told.result() instanceof Finished finished && finished.state() == State.FAILED) {
            var handler = handlers.apply(told.handler());
            var failed = Endings.failed(items.named(told.handler(), told.item()), told.result(), maxRetries);
            if (handler != null && failed != null) {
                handler.call().gaveUp(failed);
            }
        }
    }
}

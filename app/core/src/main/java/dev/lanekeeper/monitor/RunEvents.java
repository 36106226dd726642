package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.HandledItem;
import dev.lanekeeper.api.event.ItemEvent;
import dev.lanekeeper.api.event.JobEvent;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.ItemResult;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.ItemResult.Retry;
import dev.lanekeeper.work.WaitingItem;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Publishes what became of items, after the commit, on the worker's thread. */
final class RunEvents implements RunListener {

    private final Publisher publisher;
    private final Items items;
    private final IntFunction<@Nullable Integer> maxRetries;
    private final Clock clock;

    /** @param maxRetries what counts for a handler at this moment, by its number */
    RunEvents(
            Publisher publisher,
            Function<String, @Nullable HandlerDefinition> handlers,
            IntFunction<@Nullable Integer> maxRetries,
            Clock clock) {
        this.publisher = publisher;
        this.items = new Items(handlers);
        this.maxRetries = maxRetries;
        this.clock = clock;
    }

    @Override
    public void recorded(List<Result> results) {
        if (!publisher.isWanted(ItemEvent.class)) {
            return;
        }
        var now = clock.instant();
        for (var told : results) {
            var item = item(told);
            var result = told.result();
            var ending = Endings.of(result);
            var action = Duration.between(result.startedAt(), result.finishedAt());
            publisher.publish(new ItemEvent.ActionEnded(item, result.startedAt(), action, ending));
            publishEnding(item, result);
            publisher.publish(new ItemEvent.Consumed(item, Duration.between(result.startedAt(), now), ending));
        }
    }

    private void publishEnding(HandledItem item, ItemResult result) {
        if (result instanceof Finished finished) {
            switch (finished.state()) {
                case DONE -> publisher.publish(acknowledged(item, finished));
                case SKIPPED -> publisher.publish(new ItemEvent.Skipped(item));
                case REJECTED -> publisher.publish(new ItemEvent.Rejected(item, finished.reason()));
                case FAILED -> publishFailure(item, finished);
                case DISCARDED -> {
                    // Only a person discards; no attempt ends so.
                }
            }
        } else if (result instanceof Retry retry) {
            var attempt = retry.attempt();
            publisher.publish(new ItemEvent.AttemptFailed(
                    item, attempt.errorClass(), attempt.errorMessage(), attempt.fingerprint(), retry.dueAt()));
        }
    }

    private static ItemEvent.Acknowledged acknowledged(HandledItem item, Finished finished) {
        var fields = finished.fields();
        return new ItemEvent.Acknowledged(
                item, fields.entityId(), fields.eventTime(), fields.eventType(), fields.eventVersion());
    }

    private void publishFailure(HandledItem item, Finished finished) {
        var attempt = finished.attempt();
        var failed = Endings.failed(item, finished, maxRetries);
        if (attempt != null && failed != null) {
            publisher.publish(new ItemEvent.AttemptFailed(
                    item, attempt.errorClass(), attempt.errorMessage(), attempt.fingerprint(), null));
            publisher.publish(failed);
        }
    }

    @Override
    public void workersLost(List<Result> results) {
        if (publisher.isWanted(ItemEvent.class)) {
            for (var told : results) {
                publishEnding(item(told), told.result());
            }
        }
    }

    @Override
    public void dropped(List<Result> results) {
        if (publisher.isWanted(ItemEvent.ResultDropped.class)) {
            results.forEach(told -> publisher.publish(new ItemEvent.ResultDropped(item(told))));
        }
    }

    @Override
    public void unlocked(String handler, WaitingItem item, String uniqueKey) {
        if (publisher.isWanted(JobEvent.Unlocked.class)) {
            publisher.publish(new JobEvent.Unlocked(handler, uniqueKey, item.itemId()));
        }
    }

    @Override
    public void refused(String handler, WaitingItem item, Refusal refusal) {
        if (publisher.isWanted(ItemEvent.LockRefused.class)) {
            publisher.publish(new ItemEvent.LockRefused(
                    items.named(handler, item),
                    refusal.lock(),
                    refusal.conflict(),
                    refusal.holder(),
                    refusal.givenUp()));
        }
    }

    private HandledItem item(Result told) {
        return items.named(told.handler(), told.item());
    }
}

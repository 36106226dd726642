package dev.lanekeeper.api.job;

import dev.lanekeeper.api.RawEvent;

/**
 * Chooses for each item by itself what becomes of it if it is not given its lock when it is to run. A bean, named by
 * {@link Unique#runStrategy()}.
 *
 * <pre>{@code
 * @Bean
 * RunConflictStrategy onlyInvoicesWait() {
 *     return event -> event.lastHeader("invoice") == null ? RunConflict.LOG : RunConflict.WAIT;
 * }
 * }</pre>
 *
 * <p>Called each time that the turn of an item has come, before its lock is asked for and whether there is a conflict or not, on the
 * worker's thread and in no transaction: so it cannot know who has the lock. An item that waits is asked about again when it comes
 * again. If it throws, the attempt fails, and its retries count that.
 */
@FunctionalInterface
public interface RunConflictStrategy {

    /**
     * One of {@link Unique.RunConflict} but {@code CONFIGURED}.
     *
     * @param event as the handler sees it; of an entry of the outbox its arguments, under its causality key
     */
    Unique.RunConflict onRunConflict(RawEvent event) throws Exception;
}

package dev.lanekeeper.api;

import dev.lanekeeper.api.event.ItemEvent;

/**
 * Told when an item of a handler has failed for good: its retries are used up, they were ended early, or its workers died again and
 * again. Implemented by the handler's bean or given in code.
 *
 * <p>Called once for each such failure, and again when an item that a person retried fails for good again; after the failure is
 * committed, outside any transaction of Lanekeeper, on the worker's thread, which does nothing else meanwhile. What it throws is logged
 * and changes nothing. A process that is killed in between never calls it: what must not be lost belongs in a handler.
 */
@FunctionalInterface
public interface AfterFailure {

    /** @param failed the item with its event, and what its last attempt threw */
    void afterFailure(ItemEvent.Failed failed) throws Exception;
}

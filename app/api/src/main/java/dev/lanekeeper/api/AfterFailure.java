package dev.lanekeeper.api;

import org.jspecify.annotations.Nullable;

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

    void afterFailure(Failed failed) throws Exception;

    /**
     * What has failed.
     *
     * @param attempts how often it was tried
     * @param resource that of its lane; {@code null} for none
     * @param event as it came
     * @param errorClass of what its last attempt threw
     * @param fingerprint the same for failures of one kind
     * @param parked whether its lane waits for a person now
     */
    record Failed(
            String handlerId,
            long itemId,
            int attempts,
            @Nullable String resource,
            RawEvent event,
            String errorClass,
            @Nullable String errorMessage,
            String fingerprint,
            boolean parked) {}
}

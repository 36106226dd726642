package dev.lanekeeper.console.failure;

import dev.lanekeeper.console.item.CappedCount;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Failures that come from the same place in the code.
 *
 * @param fingerprint class of the exception and method of the application; {@code null} for those that no exception caused
 * @param first when the first of those that still stand failed
 * @param handler the handler of the last one
 * @param lastItem the last one
 * @param errorMessage the beginning of what the last one said
 */
public record FailureGroup(
        @Nullable String fingerprint,
        CappedCount count,
        Instant first,
        Instant last,
        String handler,
        long lastItem,
        @Nullable String errorMessage) {}

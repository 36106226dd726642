package dev.lanekeeper.api.event;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Is handed what goes wrong, with what was thrown; for Sentry and the like. Every bean of this type is told.
 *
 * <pre>{@code
 * @Bean
 * ErrorReporter sentry() {
 *     return (error, item, retryAt) -> Sentry.captureException(error);
 * }
 * }</pre>
 *
 * <p>What it throws is logged once a minute and changes nothing.
 */
@FunctionalInterface
public interface ErrorReporter {

    /**
     * An attempt has failed. Called once for each failed attempt, on the worker's thread, after the handler's transaction was rolled
     * back and before the failure is recorded, in the attempt's trace and with its ids in the MDC; that thread does nothing else
     * meanwhile. Events that were rejected or skipped are no errors.
     *
     * @param error what the handler threw, or why the event could not be read
     * @param retryAt when it is tried again; {@code null} when it is not
     */
    void attemptFailed(Throwable error, HandledItem item, @Nullable Instant retryAt);

    /**
     * Lanekeeper itself is in trouble and goes on trying: a consumer died and is replaced, the heartbeat does not reach the database.
     * Once for each trouble, on the thread that has it.
     *
     * @param what in a few words
     */
    default void troubled(Throwable error, String what) {}
}

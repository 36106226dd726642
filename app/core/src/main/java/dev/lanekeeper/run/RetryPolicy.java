package dev.lanekeeper.run;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.RetryDecision;
import dev.lanekeeper.handler.CannotHeal;
import dev.lanekeeper.handler.HandlerDefinition.Backoff;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place that decides whether a failed item is tried again, and when. */
final class RetryPolicy {

    private static final Logger log = LoggerFactory.getLogger(RetryPolicy.class);

    private final RandomGenerator random;

    RetryPolicy(RandomGenerator random) {
        this.random = random;
    }

    /**
     * What says whether a handler's items are tried again.
     *
     * @param maxRetries {@code null} for ever
     * @param decision replaces {@code maxRetries} when given
     */
    record Rule(
            String handler,
            @Nullable Integer maxRetries,
            @Nullable RetryDecision decision) {}

    /** @param attempts how often the item has been tried, this time included */
    boolean isRetried(Rule rule, RawEvent event, int attempts, Throwable failure) {
        if (failure instanceof CannotHeal) {
            return false;
        }
        var decision = rule.decision();
        if (decision != null) {
            try {
                return decision.retry(event, attempts, failure);
            } catch (Throwable e) {
                log.atWarn()
                        .addKeyValue("handler", rule.handler())
                        .setCause(e)
                        .log("The retry decision threw; max-retries decides instead");
            }
        }
        var maxRetries = rule.maxRetries();
        return maxRetries == null || attempts <= maxRetries;
    }

    /** {@code min * 2^(attempts-1)} and up to a quarter more, so that what failed together does not return together. */
    Duration delay(Backoff backoff, int attempts) {
        var doubled = backoff.min().toNanos() * Math.pow(2, Math.min(attempts - 1, 40));
        var jittered = doubled * (1 + random.nextDouble() / 4);
        return Duration.ofNanos((long) Math.min(jittered, backoff.max().toNanos()));
    }
}

package dev.lanekeeper.api.job;

import dev.lanekeeper.api.EventDetails;
import dev.lanekeeper.api.EventFunction;
import dev.lanekeeper.api.HandlerLifecycle;
import dev.lanekeeper.api.KafkaEventHandlerRegistration.Hooks;
import dev.lanekeeper.api.KafkaEventHandlerRegistration.Registered;
import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.RetryDecision;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A handler of jobs that is registered in code, with the same options as {@link LaneJob}; what is not called here comes from
 * {@code lanekeeper.defaults.*}, and {@code lanekeeper.handlers.<id>.*} counts before it.
 *
 * @param <T> what the payload is read as
 */
public final class LaneJobRegistration<T> {

    private final String id;
    private final Type payloadType;
    private final EventFunction<T> function;
    private final Map<String, String> options = new LinkedHashMap<>();
    private @Nullable ResourceResolver resourceResolver;
    private @Nullable RetryDecision retryDecision;
    private @Nullable EventDetails details;
    private @Nullable HandlerLifecycle lifecycle;
    private boolean acceptsNoPayload;
    private @Nullable String transactionManager;

    LaneJobRegistration(String id, Type payloadType, EventFunction<T> function) {
        this.id = id;
        this.payloadType = payloadType;
        this.function = function;
    }

    /** An expression as in {@link LaneJob#resource()}. */
    public LaneJobRegistration<T> resource(String expression) {
        return option("resource", expression);
    }

    public LaneJobRegistration<T> resource(ResourceResolver resolver) {
        resourceResolver = resolver;
        return this;
    }

    /** As {@link LaneJob#cron()}, in UTC unless {@link #zone} is called too. */
    public LaneJobRegistration<T> cron(String expression) {
        return option("cron", expression);
    }

    public LaneJobRegistration<T> zone(String zoneId) {
        return option("zone", zoneId);
    }

    /** As {@link Unique}, with a key as in {@link Unique#key()}; an empty one leaves it to the caller. */
    public LaneJobRegistration<T> unique(Unique.Lock lock, String key) {
        return option("uniqueLock", lock).option("uniqueKey", key);
    }

    public LaneJobRegistration<T> uniqueTtl(Duration ttl) {
        return option("uniqueTtl", ttl);
    }

    public LaneJobRegistration<T> uniqueLimit(int jobs) {
        return option("uniqueLimit", jobs);
    }

    public LaneJobRegistration<T> uniqueAcrossHandlers() {
        return option("uniqueAcrossHandlers", true);
    }

    public LaneJobRegistration<T> onConflict(Unique.Conflict conflict) {
        return option("uniqueOnConflict", conflict);
    }

    public LaneJobRegistration<T> lane(String name) {
        return option("lane", name);
    }

    public LaneJobRegistration<T> maxRetries(int retries) {
        return option("maxRetries", retries);
    }

    public LaneJobRegistration<T> unlimitedRetries() {
        return option("maxRetries", "unlimited");
    }

    public LaneJobRegistration<T> backoff(Duration min, Duration max) {
        return option("backoffMin", min).option("backoffMax", max);
    }

    public LaneJobRegistration<T> onFailure(String blockOrOvertake) {
        return option("onFailure", blockOrOvertake);
    }

    public LaneJobRegistration<T> afterExhaustion(String continueOrPark) {
        return option("afterExhaustion", continueOrPark);
    }

    public LaneJobRegistration<T> timeout(Duration timeout) {
        return option("timeout", timeout);
    }

    public LaneJobRegistration<T> maxRuns(int runs) {
        return option("maxRuns", runs);
    }

    public LaneJobRegistration<T> keepSkipped(boolean keepSkipped) {
        return option("keepSkipped", keepSkipped);
    }

    public LaneJobRegistration<T> retryDecision(RetryDecision decision) {
        retryDecision = decision;
        return this;
    }

    public LaneJobRegistration<T> details(EventDetails eventDetails) {
        details = eventDetails;
        return this;
    }

    public LaneJobRegistration<T> lifecycle(HandlerLifecycle handlerLifecycle) {
        lifecycle = handlerLifecycle;
        return this;
    }

    /** A job without a payload calls the function with {@code null}; otherwise it fails at once. */
    public LaneJobRegistration<T> acceptsNoPayload() {
        acceptsNoPayload = true;
        return this;
    }

    /** Runs the function in a transaction of the primary manager, in which its result is recorded too. */
    public LaneJobRegistration<T> transactional() {
        return transactional("");
    }

    /** Runs the function in a transaction of the named manager, in which its result is recorded too. */
    public LaneJobRegistration<T> transactional(String managerBeanName) {
        transactionManager = managerBeanName;
        return this;
    }

    private LaneJobRegistration<T> option(String name, Object value) {
        options.put(name, value.toString());
        return this;
    }

    /** What was registered, as Lanekeeper reads it once all configurers were called. */
    public Registered<T> registered() {
        return new Registered<>(
                id,
                payloadType,
                function,
                Map.copyOf(options),
                Map.of(),
                new Hooks(resourceResolver, null, retryDecision, details, lifecycle),
                acceptsNoPayload,
                transactionManager);
    }
}

package dev.lanekeeper.api;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A handler that is registered in code, with the same options as {@link KafkaEventHandler}; what is not called here comes
 * from {@code lanekeeper.defaults.*}, and {@code lanekeeper.handlers.<id>.*} counts before it.
 *
 * @param <T> what the payload is read as
 */
public final class KafkaEventHandlerRegistration<T> {

    private final String id;
    private final Type payloadType;
    private final EventFunction<T> function;
    private final Map<String, String> options = new LinkedHashMap<>();
    private final Map<String, String> consumerProperties = new LinkedHashMap<>();
    private @Nullable ResourceResolver resourceResolver;
    private @Nullable IdentityResolver identityResolver;
    private @Nullable RetryDecision retryDecision;
    private @Nullable EventDetails details;
    private @Nullable HandlerLifecycle lifecycle;
    private boolean acceptsTombstones;
    private @Nullable String transactionManager;

    KafkaEventHandlerRegistration(String id, Type payloadType, EventFunction<T> function) {
        this.id = id;
        this.payloadType = payloadType;
        this.function = function;
    }

    public KafkaEventHandlerRegistration<T> topics(String... topics) {
        return option("topics", String.join(",", topics));
    }

    public KafkaEventHandlerRegistration<T> topicPattern(String pattern) {
        return option("topicPattern", pattern);
    }

    public KafkaEventHandlerRegistration<T> groupId(String groupId) {
        return option("groupId", groupId);
    }

    public KafkaEventHandlerRegistration<T> concurrency(int consumers) {
        return option("concurrency", consumers);
    }

    public KafkaEventHandlerRegistration<T> autoStartup(boolean autoStartup) {
        return option("autoStartup", autoStartup);
    }

    /** A consumer property that counts before {@code spring.kafka.*}. */
    public KafkaEventHandlerRegistration<T> property(String key, String value) {
        consumerProperties.put(key, value);
        return this;
    }

    public KafkaEventHandlerRegistration<T> startFrom(String earliestOrLatest) {
        return option("startFrom", earliestOrLatest);
    }

    /** An expression as in {@link KafkaEventHandler#resource()}. */
    public KafkaEventHandlerRegistration<T> resource(String expression) {
        return option("resource", expression);
    }

    public KafkaEventHandlerRegistration<T> resource(ResourceResolver resolver) {
        resourceResolver = resolver;
        return this;
    }

    public KafkaEventHandlerRegistration<T> lane(String name) {
        return option("lane", name);
    }

    /** An expression as in {@link KafkaEventHandler#dedup()}. */
    public KafkaEventHandlerRegistration<T> dedup(String expression) {
        return option("dedup", expression);
    }

    public KafkaEventHandlerRegistration<T> dedup(IdentityResolver resolver) {
        identityResolver = resolver;
        return this;
    }

    public KafkaEventHandlerRegistration<T> maxRetries(int retries) {
        return option("maxRetries", retries);
    }

    public KafkaEventHandlerRegistration<T> unlimitedRetries() {
        return option("maxRetries", "unlimited");
    }

    public KafkaEventHandlerRegistration<T> backoff(Duration min, Duration max) {
        return option("backoffMin", min).option("backoffMax", max);
    }

    public KafkaEventHandlerRegistration<T> onFailure(String blockOrOvertake) {
        return option("onFailure", blockOrOvertake);
    }

    public KafkaEventHandlerRegistration<T> afterExhaustion(String continueOrPark) {
        return option("afterExhaustion", continueOrPark);
    }

    public KafkaEventHandlerRegistration<T> timeout(Duration timeout) {
        return option("timeout", timeout);
    }

    public KafkaEventHandlerRegistration<T> maxRuns(int runs) {
        return option("maxRuns", runs);
    }

    public KafkaEventHandlerRegistration<T> maxWaiting(long events) {
        return option("maxWaiting", events);
    }

    public KafkaEventHandlerRegistration<T> keepSkipped(boolean keepSkipped) {
        return option("keepSkipped", keepSkipped);
    }

    /** As {@link KafkaEventHandler#encrypt()}. */
    public KafkaEventHandlerRegistration<T> encrypt(boolean encrypt) {
        return option("encrypt", encrypt);
    }

    public KafkaEventHandlerRegistration<T> retryDecision(RetryDecision decision) {
        retryDecision = decision;
        return this;
    }

    public KafkaEventHandlerRegistration<T> details(EventDetails eventDetails) {
        details = eventDetails;
        return this;
    }

    public KafkaEventHandlerRegistration<T> lifecycle(HandlerLifecycle handlerLifecycle) {
        lifecycle = handlerLifecycle;
        return this;
    }

    /** A record without a value calls the function with {@code null}; otherwise it fails at once. */
    public KafkaEventHandlerRegistration<T> acceptsTombstones() {
        acceptsTombstones = true;
        return this;
    }

    /** Runs the function in a transaction of the primary manager, in which its result is recorded too. */
    public KafkaEventHandlerRegistration<T> transactional() {
        return transactional("");
    }

    /** Runs the function in a transaction of the named manager, in which its result is recorded too. */
    public KafkaEventHandlerRegistration<T> transactional(String managerBeanName) {
        transactionManager = managerBeanName;
        return this;
    }

    private KafkaEventHandlerRegistration<T> option(String name, Object value) {
        options.put(name, value.toString());
        return this;
    }

    /** What was registered, as Lanekeeper reads it once all configurers were called. */
    public Registered<T> registered() {
        var hooks = new Hooks(resourceResolver, identityResolver, retryDecision, details, lifecycle);
        return new Registered<>(
                id,
                payloadType,
                function,
                Map.copyOf(options),
                Map.copyOf(consumerProperties),
                hooks,
                acceptsTombstones,
                transactionManager);
    }

    /**
     * A registration in the form that Lanekeeper reads.
     *
     * @param options by the attribute names of {@link KafkaEventHandler}
     * @param transactionManager {@code null} for no transaction, empty for the primary manager
     */
    public record Registered<T>(
            String id,
            Type payloadType,
            EventFunction<T> function,
            Map<String, String> options,
            Map<String, String> consumerProperties,
            Hooks hooks,
            boolean acceptsTombstones,
            @Nullable String transactionManager) {}

    /** The parts of a registration that are code. */
    public record Hooks(
            @Nullable ResourceResolver resource,
            @Nullable IdentityResolver identity,
            @Nullable RetryDecision retryDecision,
            @Nullable EventDetails details,
            @Nullable HandlerLifecycle lifecycle) {}
}

package dev.lanekeeper.api;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What handlers that are registered in code can be told, whatever they handle; not to be extended by applications.
 *
 * @param <T> what the payload is read as
 * @param <R> the registration itself, which every method returns
 */
public abstract class HandlerRegistration<T, R extends HandlerRegistration<T, R>> {

    private final String id;
    private final Type payloadType;
    private final EventFunction<T> function;
    private final Map<String, String> options = new LinkedHashMap<>();
    private @Nullable ResourceResolver resourceResolver;
    private @Nullable RetryDecision retryDecision;
    private @Nullable EventDetails details;
    private @Nullable HandlerLifecycle lifecycle;
    private @Nullable AfterFailure afterFailure;
    private boolean acceptsNull;
    private @Nullable String transactionManager;

    protected HandlerRegistration(String id, Type payloadType, EventFunction<T> function) {
        this.id = id;
        this.payloadType = payloadType;
        this.function = function;
    }

    /** An expression as in {@link KafkaEventHandler#resource()}, or {@link dev.lanekeeper.api.job.LaneJob#resource()}. */
    public R resource(String expression) {
        return option("resource", expression);
    }

    public R resource(ResourceResolver resolver) {
        resourceResolver = resolver;
        return self();
    }

    public R lane(String name) {
        return option("lane", name);
    }

    public R maxRetries(int retries) {
        return option("maxRetries", retries);
    }

    public R unlimitedRetries() {
        return option("maxRetries", "unlimited");
    }

    public R backoff(Duration min, Duration max) {
        option("backoffMin", min);
        return option("backoffMax", max);
    }

    public R onFailure(String blockOrOvertake) {
        return option("onFailure", blockOrOvertake);
    }

    public R afterExhaustion(String continueOrPark) {
        return option("afterExhaustion", continueOrPark);
    }

    /** As {@link KafkaEventHandler#locks()}. */
    public R locks(String... locks) {
        return option("locks", String.join(",", locks));
    }

    public R timeout(Duration timeout) {
        return option("timeout", timeout);
    }

    public R maxRuns(int runs) {
        return option("maxRuns", runs);
    }

    public R keepSkipped(boolean keepSkipped) {
        return option("keepSkipped", keepSkipped);
    }

    public R retryDecision(RetryDecision decision) {
        retryDecision = decision;
        return self();
    }

    public R details(EventDetails eventDetails) {
        details = eventDetails;
        return self();
    }

    public R lifecycle(HandlerLifecycle handlerLifecycle) {
        lifecycle = handlerLifecycle;
        return self();
    }

    public R afterFailure(AfterFailure hook) {
        afterFailure = hook;
        return self();
    }

    /** Runs the function in a transaction of the primary manager, in which its result is recorded too. */
    public R transactional() {
        return transactional("");
    }

    /** Runs the function in a transaction of the named manager, in which its result is recorded too. */
    public R transactional(String managerBeanName) {
        transactionManager = managerBeanName;
        return self();
    }

    /** Sets an option by the name of its attribute. */
    protected final R option(String name, Object value) {
        options.put(name, value.toString());
        return self();
    }

    /** The function is called with {@code null} where there is no payload; otherwise such a thing fails at once. */
    protected final R acceptsNull() {
        acceptsNull = true;
        return self();
    }

    @SuppressWarnings("unchecked")
    private R self() {
        return (R) this;
    }

    protected final Registered<T> registered(
            Map<String, String> consumerProperties, @Nullable IdentityResolver identity) {
        return new Registered<>(
                id,
                payloadType,
                function,
                Map.copyOf(options),
                Map.copyOf(consumerProperties),
                new Hooks(resourceResolver, identity, retryDecision, details, lifecycle, afterFailure),
                acceptsNull,
                transactionManager);
    }

    /** What was registered, as Lanekeeper reads it once all configurers were called. */
    public abstract Registered<T> registered();

    /**
     * A registration in the form that Lanekeeper reads.
     *
     * @param options by the attribute names of the annotation for such handlers
     * @param acceptsTombstones whether the function is called where there is no payload
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
            @Nullable HandlerLifecycle lifecycle,
            @Nullable AfterFailure afterFailure) {}
}

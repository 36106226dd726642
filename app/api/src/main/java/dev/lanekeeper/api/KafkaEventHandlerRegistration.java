package dev.lanekeeper.api;

import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A handler that is registered in code, with the same options as {@link KafkaEventHandler}; what is not called here comes
 * from {@code lanekeeper.defaults.*}, and {@code lanekeeper.handlers.<id>.*} counts before it.
 *
 * @param <T> what the payload is read as
 */
public final class KafkaEventHandlerRegistration<T> extends HandlerRegistration<T, KafkaEventHandlerRegistration<T>> {

    private final Map<String, String> consumerProperties = new LinkedHashMap<>();
    private @Nullable IdentityResolver identityResolver;

    KafkaEventHandlerRegistration(String id, Type payloadType, EventFunction<T> function) {
        super(id, payloadType, function);
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

    /** An expression as in {@link KafkaEventHandler#dedup()}. */
    public KafkaEventHandlerRegistration<T> dedup(String expression) {
        return option("dedup", expression);
    }

    public KafkaEventHandlerRegistration<T> dedup(IdentityResolver resolver) {
        identityResolver = resolver;
        return this;
    }

    public KafkaEventHandlerRegistration<T> maxWaiting(long events) {
        return option("maxWaiting", events);
    }

    /** As {@link KafkaEventHandler#encrypt()}. */
    public KafkaEventHandlerRegistration<T> encrypt(boolean encrypt) {
        return option("encrypt", encrypt);
    }

    /** A record without a value calls the function with {@code null}; otherwise it fails at once. */
    public KafkaEventHandlerRegistration<T> acceptsTombstones() {
        return acceptsNull();
    }

    @Override
    public Registered<T> registered() {
        return registered(consumerProperties, identityResolver);
    }
}

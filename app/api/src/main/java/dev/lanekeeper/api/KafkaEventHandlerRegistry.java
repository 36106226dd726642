package dev.lanekeeper.api;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.ParameterizedTypeReference;

/** Collects the handlers that a {@link KafkaEventHandlerConfigurer} registers. */
public final class KafkaEventHandlerRegistry {

    private final List<KafkaEventHandlerRegistration<?>> registrations = new ArrayList<>();

    /**
     * Registers a handler; the options follow on the returned object.
     *
     * @param id unique in the application
     * @param payloadType a type that Jackson reads, {@code JsonNode}, {@code String}, {@code byte[]} or {@link RawEvent}
     */
    public <T> KafkaEventHandlerRegistration<T> handler(String id, Class<T> payloadType, EventFunction<T> function) {
        return add(id, payloadType, function);
    }

    /** As {@link #handler(String, Class, EventFunction)}, for a payload of a generic type. */
    public <T> KafkaEventHandlerRegistration<T> handler(
            String id, ParameterizedTypeReference<T> payloadType, EventFunction<T> function) {
        return add(id, payloadType.getType(), function);
    }

    /** Read by Lanekeeper once all configurers were called. */
    public List<KafkaEventHandlerRegistration<?>> registrations() {
        return List.copyOf(registrations);
    }

    private <T> KafkaEventHandlerRegistration<T> add(String id, Type payloadType, EventFunction<T> function) {
        var registration = new KafkaEventHandlerRegistration<>(id, payloadType, function);
        registrations.add(registration);
        return registration;
    }
}

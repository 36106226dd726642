package dev.lanekeeper.api.job;

import dev.lanekeeper.api.EventFunction;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.ParameterizedTypeReference;

/** Collects the handlers that a {@link LaneJobConfigurer} registers. */
public final class LaneJobRegistry {

    private final List<LaneJobRegistration<?>> registrations = new ArrayList<>();

    /**
     * Registers a handler; the options follow on the returned object.
     *
     * @param id unique in the application
     * @param payloadType a type that Jackson reads, {@code JsonNode}, {@code String}, {@code byte[]} or
     *     {@link dev.lanekeeper.api.RawEvent}
     */
    public <T> LaneJobRegistration<T> job(String id, Class<T> payloadType, EventFunction<T> function) {
        return add(id, payloadType, function);
    }

    /** As {@link #job(String, Class, EventFunction)}, for a payload of a generic type. */
    public <T> LaneJobRegistration<T> job(
            String id, ParameterizedTypeReference<T> payloadType, EventFunction<T> function) {
        return add(id, payloadType.getType(), function);
    }

    /** Read by Lanekeeper once all configurers were called. */
    public List<LaneJobRegistration<?>> registrations() {
        return List.copyOf(registrations);
    }

    private <T> LaneJobRegistration<T> add(String id, Type payloadType, EventFunction<T> function) {
        var registration = new LaneJobRegistration<>(id, payloadType, function);
        registrations.add(registration);
        return registration;
    }
}

package dev.lanekeeper.handler;

import dev.lanekeeper.work.HandlerStore;
import dev.lanekeeper.work.HandlerStore.Registration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** This application's handlers under the numbers that the database knows them by. */
public final class RegisteredHandlers {

    private final Map<Integer, HandlerDefinition> byNumber;

    private RegisteredHandlers(Map<Integer, HandlerDefinition> byNumber) {
        this.byNumber = byNumber;
    }

    /** Enters all handlers in the registry; called once at start-up. */
    public static RegisteredHandlers register(Handlers handlers, HandlerStore store) {
        var numbers = new LinkedHashMap<Integer, HandlerDefinition>();
        handlers.all().forEach(h -> numbers.put(store.register(registration(h)), h));
        return new RegisteredHandlers(numbers);
    }

    private static Registration registration(HandlerDefinition handler) {
        var kafka = handler.kafka();
        var topics = kafka.topicPattern() == null
                ? String.join(",", kafka.topics())
                : "/" + kafka.topicPattern().pattern() + "/";
        return new Registration(handler.id(), handler.lanes().group(), kafka.groupId(), topics);
    }

    public Set<Integer> numbers() {
        return byNumber.keySet();
    }

    public Map<Integer, HandlerDefinition> byNumber() {
        return byNumber;
    }

    public @Nullable HandlerDefinition find(int number) {
        return byNumber.get(number);
    }
}

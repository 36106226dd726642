package dev.lanekeeper.handler;

import dev.lanekeeper.handler.HandlerDefinition.JobSource;
import dev.lanekeeper.handler.HandlerDefinition.KafkaSource;
import dev.lanekeeper.handler.HandlerDefinition.OutboxSource;
import dev.lanekeeper.handler.HandlerDefinition.Taking;
import dev.lanekeeper.work.HandlerStore;
import dev.lanekeeper.work.HandlerStore.Registration;
import dev.lanekeeper.work.RecurringStore;
import dev.lanekeeper.work.Subscription;
import dev.lanekeeper.work.Subscription.Kind;
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
        for (var handler : handlers.all()) {
            var number = store.register(registration(handler));
            subscribe(handler, number, store);
            numbers.put(number, handler);
        }
        return new RegisteredHandlers(numbers);
    }

    private static void subscribe(HandlerDefinition handler, int number, HandlerStore store) {
        var kind = handler.source() instanceof OutboxSource outbox ? kind(outbox.taking()) : null;
        if (handler.source() instanceof JobSource job) {
            var unique = handler.unique();
            store.subscribe(Subscription.ofJobs(
                    number,
                    handler.id(),
                    handler.lanes().group(),
                    job.resource(),
                    unique == null ? null : unique.remote()));
        } else if (kind != null && handler.source() instanceof OutboxSource outbox) {
            var unique = handler.unique();
            store.subscribe(new Subscription(
                    number,
                    handler.id(),
                    handler.lanes().group(),
                    kind,
                    outbox.context(),
                    outbox.events().isEmpty() ? null : outbox.events(),
                    outbox.ordered(),
                    outbox.position(),
                    null,
                    unique == null ? null : unique.remote()));
        } else {
            store.unsubscribe(handler.id());
        }
    }

    /** Enters which of them recur, and when; called once at start-up. */
    public void recur(RecurringStore recurring) {
        byNumber.forEach((number, handler) -> {
            var recurrence = handler.source() instanceof JobSource job ? job.recurrence() : null;
            if (recurrence == null) {
                recurring.end(number);
            } else {
                recurring.recur(number, recurrence);
            }
        });
    }

    private static @Nullable Kind kind(Taking taking) {
        return switch (taking) {
            case BY_NAME -> Kind.TAKES;
            case IF_IT_APPLIES -> Kind.IS_ASKED;
            case WITH_TOPIC -> Kind.RELAYS;
            case LEFTOVERS -> null;
        };
    }

    private static Registration registration(HandlerDefinition handler) {
        if (!(handler.source() instanceof KafkaSource kafka)) {
            return new Registration(handler.id(), handler.lanes().group(), null, null);
        }
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

    /** The number of the handler with this id. */
    public int number(String id) {
        return byNumber.entrySet().stream()
                .filter(e -> e.getValue().id().equals(id))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("this node has no handler '" + id + "'"));
    }

    public @Nullable HandlerDefinition find(int number) {
        return byNumber.get(number);
    }
}

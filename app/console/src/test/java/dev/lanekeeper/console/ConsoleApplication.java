package dev.lanekeeper.console;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/** An application as a user would write it, with handlers that do as their events say. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(ConsoleApplication.Handlers.class)
public class ConsoleApplication {

    public static void main(String... args) {
        SpringApplication.run(ConsoleApplication.class, args);
    }

    /** Resources whose events no longer fail. */
    static final Set<String> HEALED = ConcurrentHashMap.newKeySet();

    /** The resource of each event for which a handler was called. */
    static final List<String> CALLS = new CopyOnWriteArrayList<>();

    /** What an event orders a handler to do. */
    record Order(String resource, String wish) {}

    static class Handlers {

        @KafkaEventHandler(
                id = "orders",
                topics = "orders",
                resource = "resource",
                maxRetries = "1",
                backoffMin = "200ms",
                backoffMax = "300ms")
        Outcome orders(Order order, EventContext event) {
            return obey(order);
        }

        @KafkaEventHandler(
                id = "payments",
                topics = "payments",
                resource = "resource",
                afterExhaustion = "park",
                maxRetries = "0")
        void payments(Order order, EventContext event) {
            obey(order);
        }

        @KafkaEventHandler(
                id = "patients",
                topics = "patients",
                resource = "resource",
                encrypt = "true",
                maxRetries = "0")
        Outcome patients(Order order, EventContext event) {
            return obey(order);
        }

        @OutboxEventHandler(id = "books", context = "books", maxRetries = "0")
        Outcome books(Order order) {
            return obey(order);
        }

        @OutboxEventHandler(id = "digests", context = "digests", maxRetries = "0")
        @Unique(
                key = "resource",
                lock = Unique.Lock.UNTIL_EXECUTING,
                onConflict = Unique.Conflict.DEBOUNCE,
                delay = "2h")
        Outcome digests(Order order) {
            return obey(order);
        }

        @LaneJob(id = "reports", resource = "resource", maxRetries = "0")
        Outcome reports(Order order) {
            return obey(order);
        }

        @LaneJob(id = "reminders", resource = "resource", maxRetries = "0")
        Outcome reminders(Order order) {
            return obey(order);
        }

        /** Its time does not come while tests run, unless a person says so. */
        @LaneJob(id = "sweeps", cron = "0 0 0 29 2 *", zone = "Europe/Berlin", maxRetries = "0")
        void sweeps(EventContext event) {
            CALLS.add("sweeps " + event.itemId());
        }

        @LaneJob(id = "indexes", resource = "resource", maxRetries = "0")
        @Unique(key = "resource", onConflict = Unique.Conflict.REPLACE)
        Outcome indexes(Order order) {
            return obey(order);
        }

        @LaneJob(id = "exports", maxRetries = "0")
        @Unique(key = "resource", onConflict = Unique.Conflict.RAISE)
        Outcome exports(Order order) {
            return obey(order);
        }

        /** Has its printer until its resource is healed. */
        @LaneJob(id = "prints", resource = "wish", locks = "printer(resource)", maxRetries = "0")
        Outcome prints(Order order) throws InterruptedException {
            while (!HEALED.contains(order.resource())) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            return obey(order);
        }

        private static Outcome obey(Order order) {
            CALLS.add(order.resource());
            if (order.wish().startsWith("fail") && !HEALED.contains(order.resource())) {
                throw new IllegalStateException("Told to fail: " + order.wish());
            }
            return switch (order.wish()) {
                case "fail, then skip", "skip" -> Outcome.skip();
                case "reject" -> Outcome.reject("told to reject");
                default -> Outcome.ack(order.resource(), null, "order", "1");
            };
        }
    }
}

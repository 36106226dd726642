package dev.lanekeeper.console;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.KafkaEventHandler;
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
        void orders(Order order, EventContext event) {
            obey(order);
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

        private static void obey(Order order) {
            if (order.wish().startsWith("fail")) {
                throw new IllegalStateException("Told to fail: " + order.wish());
            }
        }
    }
}

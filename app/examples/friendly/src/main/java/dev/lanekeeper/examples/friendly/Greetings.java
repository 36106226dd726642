package dev.lanekeeper.examples.friendly;

import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.Outcome;
import org.springframework.stereotype.Component;

/** Takes note of greetings, those of each person in their order. */
@Component
class Greetings {

    @KafkaEventHandler(id = "greetings", topics = "greetings", resource = "person", maxRetries = "3")
    Outcome on(Greeting greeting) {
        if (greeting.text().isBlank()) {
            return Outcome.reject("nothing was said");
        }
        return Outcome.ack(greeting.person());
    }

    /** What somebody said. */
    record Greeting(String person, String text) {}
}

package dev.lanekeeper.bench;

import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** The product: ordered by the causality key, as it is by default. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class OutboxLanekeeper {

    @Bean
    OutboxContender.Publishing publishing(Outbox outbox) {
        return event -> outbox.publish("bench", "happened", event, event.resource());
    }

    @Bean
    Handler handler(OutboxCalls calls) {
        return new Handler(calls);
    }

    static final class Handler {

        private final OutboxCalls calls;

        Handler(OutboxCalls calls) {
            this.calls = calls;
        }

        @OutboxEventHandler(context = "bench", event = "happened")
        void on(Event event) {
            calls.handle(event.number());
        }
    }
}

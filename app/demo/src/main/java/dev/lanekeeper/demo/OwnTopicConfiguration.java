package dev.lanekeeper.demo;

import dev.lanekeeper.api.KafkaEventHandlerConfigurer;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.RawEvent;
import java.util.Objects;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** In place of the shop: a handler that acknowledges all that comes by one topic. */
@Configuration(proxyBeanMethods = false)
class OwnTopicConfiguration {

    @Bean
    KafkaEventHandlerConfigurer ownTopic(DemoOptions options) {
        var topic = Objects.requireNonNull(options.topic());
        var field = Objects.requireNonNull(options.jsonField());
        return registry -> registry.handler(
                        topic,
                        RawEvent.class,
                        (record, event) ->
                                Outcome.ack(event.resource(), event.event().producedAt(), null, null))
                .topics(topic)
                .resource(field)
                .maxRetries(3);
    }
}

package dev.lanekeeper.bench;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** No outbox at all: what the business transactions cost by themselves, and all contenders with them. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class OutboxBusinessAlone {

    @Bean
    OutboxContender.Publishing publishing(OutboxCalls calls) {
        return event -> calls.handle(event.number());
    }
}

package dev.lanekeeper.bench;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.scheduling.annotation.EnableAsync;

/**
 * Spring Modulith's event publication registry: the event is written in the business transaction, and an asynchronous listener in a
 * transaction of its own follows after the commit. It keeps no order.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableAsync
class OutboxModulith {

    @Bean
    OutboxContender.Publishing publishing(ApplicationEventPublisher events) {
        return events::publishEvent;
    }

    @Bean
    ModulithHandler handler(OutboxCalls calls) {
        return new ModulithHandler(calls);
    }

    /** Proxied for asynchronous calls. */
    public static class ModulithHandler {

        private final OutboxCalls calls;

        ModulithHandler(OutboxCalls calls) {
            this.calls = calls;
        }

        @ApplicationModuleListener
        public void on(Event event) {
            calls.handle(event.number());
        }
    }
}

package dev.lanekeeper.bench;

import io.namastack.outbox.Outbox;
import io.namastack.outbox.handler.OutboxRecordMetadata;
import io.namastack.outbox.handler.OutboxTypedHandler;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Namastack outbox: polled, ordered by the record's key. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@EnableScheduling
class OutboxNamastack {

    @Bean
    OutboxContender.Publishing publishing(Outbox outbox) {
        return event -> {
            var key = event.resource();
            if (key == null) {
                outbox.schedule(event);
            } else {
                outbox.schedule(event, key);
            }
        };
    }

    @Bean
    NamastackHandler handler(OutboxCalls calls) {
        return new NamastackHandler(calls);
    }

    static class NamastackHandler implements OutboxTypedHandler<Event> {

        private final OutboxCalls calls;

        NamastackHandler(OutboxCalls calls) {
            this.calls = calls;
        }

        @Override
        public void handle(Event event, OutboxRecordMetadata metadata) {
            calls.handle(event.number());
        }
    }
}

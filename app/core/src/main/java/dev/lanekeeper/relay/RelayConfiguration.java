package dev.lanekeeper.relay;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Takes the settings of the application's own producer factory, or {@code spring.kafka.*} where there is not a single one;
 * what order and acknowledgement rest on is Lanekeeper's.
 */
@Configuration(proxyBeanMethods = false)
public class RelayConfiguration {

    @Bean
    @Lazy
    KafkaRelay lanekeeperKafkaRelay(
            ObjectProvider<ProducerFactory<?, ?>> factories, ObjectProvider<KafkaProperties> properties) {
        var factory = factories.getIfUnique();
        if (factory != null) {
            return new KafkaRelay(settings(factory.getConfigurationProperties()));
        }
        var own = properties.getIfUnique();
        return new KafkaRelay(settings(own == null ? Map.of() : own.buildProducerProperties()));
    }

    static Map<String, Object> settings(Map<String, Object> given) {
        var settings = new HashMap<>(given);
        settings.remove(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG);
        settings.remove(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG);
        settings.remove(ProducerConfig.TRANSACTIONAL_ID_CONFIG);
        settings.remove(ProducerConfig.RETRIES_CONFIG);
        settings.remove(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION);
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        // Each run waits for its answer, so waiting for more to send would only be waiting.
        settings.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 0);
        return settings;
    }
}

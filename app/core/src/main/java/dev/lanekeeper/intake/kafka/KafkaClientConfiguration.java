package dev.lanekeeper.intake.kafka;

import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.ConsumerFactory;

/**
 * Takes the settings of the application's own consumer factory; only its configuration is used. Where there are several and
 * none is primary, nobody has said which one is meant, and {@code spring.kafka.*} counts.
 */
@Configuration(proxyBeanMethods = false)
public class KafkaClientConfiguration {

    @Bean
    KafkaClientSettings lanekeeperKafkaClientSettings(
            ObjectProvider<ConsumerFactory<?, ?>> factories, ObjectProvider<KafkaProperties> properties) {
        var factory = factories.getIfUnique();
        if (factory != null) {
            return new KafkaClientSettings(factory.getConfigurationProperties());
        }
        var own = properties.getIfUnique();
        return new KafkaClientSettings(own == null ? Map.of() : own.buildConsumerProperties());
    }
}

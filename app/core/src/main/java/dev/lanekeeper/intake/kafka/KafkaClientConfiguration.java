package dev.lanekeeper.intake.kafka;

import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.ConsumerFactory;

/** Takes the settings of the application's own consumer factory; only its configuration is used. */
@Configuration(proxyBeanMethods = false)
public class KafkaClientConfiguration {

    @Bean
    KafkaClientSettings lanekeeperKafkaClientSettings(ObjectProvider<ConsumerFactory<?, ?>> factories) {
        var factory = factories.getIfAvailable();
        return new KafkaClientSettings(factory == null ? Map.of() : factory.getConfigurationProperties());
    }
}

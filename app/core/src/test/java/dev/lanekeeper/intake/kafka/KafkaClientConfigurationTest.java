package dev.lanekeeper.intake.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

class KafkaClientConfigurationTest {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withUserConfiguration(Properties.class, KafkaClientConfiguration.class)
            .withPropertyValues("spring.kafka.bootstrap-servers=properties:9092");

    @EnableConfigurationProperties(KafkaProperties.class)
    static class Properties {}

    @Test
    void takesWhatTheOnlyConsumerFactorySays() {
        factory(application, "payments")
                .run(context -> assertThat(bootstrapServers(context.getBean(KafkaClientSettings.class)))
                        .isEqualTo("payments:9092"));
    }

    @Test
    void takesThePropertiesWhenThereAreSeveralConsumerFactories() {
        factory(factory(application, "orders"), "payments")
                .run(context -> assertThat(bootstrapServers(context.getBean(KafkaClientSettings.class)))
                        .isEqualTo("[properties:9092]"));
    }

    private static ApplicationContextRunner factory(ApplicationContextRunner runner, String name) {
        return runner.withBean(
                name,
                ConsumerFactory.class,
                () -> new DefaultKafkaConsumerFactory<String, String>(Map.of("bootstrap.servers", name + ":9092")));
    }

    private static String bootstrapServers(KafkaClientSettings settings) {
        return String.valueOf(settings.consumer().get("bootstrap.servers"));
    }
}

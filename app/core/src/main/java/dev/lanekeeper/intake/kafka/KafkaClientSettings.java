package dev.lanekeeper.intake.kafka;

import java.util.Map;

/**
 * What the application says of Kafka consumers, as under {@code spring.kafka.*}.
 *
 * @param consumer the properties of consumers that are made of it
 */
public record KafkaClientSettings(Map<String, Object> consumer) {}

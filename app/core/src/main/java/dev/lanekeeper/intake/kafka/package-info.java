/**
 * The door from Kafka: reads records, stores them through {@code work} in one transaction a flush, and only then commits
 * their offsets. The only package that knows the Kafka client; depends on {@code work}, {@code handler} and {@code api}.
 */
@NullMarked
package dev.lanekeeper.intake.kafka;

import org.jspecify.annotations.NullMarked;

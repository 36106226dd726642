/** Produces outbox entries to Kafka; beside its intake the only package that knows Kafka's client. Depends on {@code work}, {@code handler} and {@code api}. */
@NullMarked
package dev.lanekeeper.relay;

import org.jspecify.annotations.NullMarked;

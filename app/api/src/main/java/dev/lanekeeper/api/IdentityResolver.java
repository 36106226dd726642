package dev.lanekeeper.api;

import org.jspecify.annotations.Nullable;

/**
 * Says by what an event is recognised when it comes a second time as another record.
 *
 * <p>Called on the intake thread for each record before it is stored. An exception does not stop the intake: the event is
 * stored and becomes a failure that shows it.
 */
@FunctionalInterface
public interface IdentityResolver {

    /** Equal bytes mean the same event; {@code null} means that only its place in Kafka identifies it. */
    byte @Nullable [] identityOf(RawEvent event) throws Exception;
}

package dev.lanekeeper.api.outbox;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be written to the outbox; immutable.
 *
 * @param context what the event is about
 * @param event what happened
 * @param arguments anything that Jackson writes as a JSON object; {@code null} for none
 * @param causalityKey entries of one key are processed in order, and produced with it as their record key; {@code null}
 *     for no order
 * @param resourceClass what kind of thing has changed; {@code null} when the entry is about no change
 * @param resourceId which one has changed
 * @param changes by attribute: a list of the value before and the value after
 * @param topic the Kafka topic that the arguments are produced to; {@code null} for none
 * @param headers what goes with it by name, and into the record's headers
 */
public record OutboxMessage(
        String context,
        String event,
        @Nullable Object arguments,
        @Nullable String causalityKey,
        @Nullable String resourceClass,
        @Nullable String resourceId,
        Map<String, ?> changes,
        @Nullable String topic,
        Map<String, String> headers) {

    public static OutboxMessage of(String context, String event) {
        return new OutboxMessage(context, event, null, null, null, null, Map.of(), null, Map.of());
    }

    public OutboxMessage withArguments(@Nullable Object value) {
        return new OutboxMessage(
                context, event, value, causalityKey, resourceClass, resourceId, changes, topic, headers);
    }

    public OutboxMessage withCausalityKey(@Nullable String key) {
        return new OutboxMessage(context, event, arguments, key, resourceClass, resourceId, changes, topic, headers);
    }

    /** @param changed by attribute: a list of the value before and the value after */
    public OutboxMessage withChanges(String ofClass, @Nullable String ofId, Map<String, ?> changed) {
        return new OutboxMessage(context, event, arguments, causalityKey, ofClass, ofId, changed, topic, headers);
    }

    /** The arguments are produced to this Kafka topic too, with the causality key as the record's key. */
    public OutboxMessage withTopic(String destination) {
        return new OutboxMessage(
                context, event, arguments, causalityKey, resourceClass, resourceId, changes, destination, headers);
    }

    public OutboxMessage withHeader(String name, String value) {
        var more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new OutboxMessage(
                context, event, arguments, causalityKey, resourceClass, resourceId, changes, topic, more);
    }
}

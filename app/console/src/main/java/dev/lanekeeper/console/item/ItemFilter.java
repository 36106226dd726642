package dev.lanekeeper.console.item;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which items are looked for; what is {@code null} or empty does not matter, everything else must match exactly.
 *
 * @param states any of these
 * @param resource the resource key, as it is shown
 * @param from the earliest time: when it was stored, for failures when it failed
 * @param to the time before which
 */
public record ItemFilter(
        Set<ItemState> states,
        @Nullable String handler,
        @Nullable String topic,
        @Nullable String group,
        @Nullable String entity,
        @Nullable String type,
        @Nullable String resource,
        @Nullable String fingerprint,
        @Nullable Instant from,
        @Nullable Instant to) {

    public static final ItemFilter NONE =
            new ItemFilter(Set.of(), null, null, null, null, null, null, null, null, null);

    public ItemFilter withStates(Set<ItemState> wanted) {
        return new ItemFilter(wanted, handler, topic, group, entity, type, resource, fingerprint, from, to);
    }

    public ItemFilter withHandler(@Nullable String wanted) {
        return new ItemFilter(states, wanted, topic, group, entity, type, resource, fingerprint, from, to);
    }

    public ItemFilter withTopic(@Nullable String wanted) {
        return new ItemFilter(states, handler, wanted, group, entity, type, resource, fingerprint, from, to);
    }

    public ItemFilter withGroup(@Nullable String wanted) {
        return new ItemFilter(states, handler, topic, wanted, entity, type, resource, fingerprint, from, to);
    }

    public ItemFilter withEntity(@Nullable String wanted) {
        return new ItemFilter(states, handler, topic, group, wanted, type, resource, fingerprint, from, to);
    }

    public ItemFilter withType(@Nullable String wanted) {
        return new ItemFilter(states, handler, topic, group, entity, wanted, resource, fingerprint, from, to);
    }

    public ItemFilter withResource(@Nullable String wanted) {
        return new ItemFilter(states, handler, topic, group, entity, type, wanted, fingerprint, from, to);
    }

    public ItemFilter withFingerprint(@Nullable String wanted) {
        return new ItemFilter(states, handler, topic, group, entity, type, resource, wanted, from, to);
    }

    public ItemFilter within(@Nullable Instant earliest, @Nullable Instant before) {
        return new ItemFilter(states, handler, topic, group, entity, type, resource, fingerprint, earliest, before);
    }

    boolean isEmpty() {
        return equals(NONE);
    }

    boolean asksOnlyFor(Set<ItemState> wanted) {
        return !states.isEmpty() && wanted.containsAll(states);
    }

    int @Nullable [] stateCodes() {
        return states.isEmpty()
                ? null
                : states.stream().mapToInt(ItemState::code).sorted().toArray();
    }
}

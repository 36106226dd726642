package dev.lanekeeper.handler;

import dev.lanekeeper.api.change.Change;
import dev.lanekeeper.api.change.ChangeType;
import dev.lanekeeper.api.change.ResourceFinder;
import dev.lanekeeper.api.change.ResourceMissingException;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.api.outbox.OutboxEntry.Values;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** A change as an outbox entry tells it. */
final class EntryChange<T> implements Change<T> {

    private final Class<T> resourceClass;
    private final OutboxEntry entry;
    private final JsonMapper mapper;
    private final @Nullable ResourceFinder<T> finder;

    EntryChange(Class<T> resourceClass, OutboxEntry entry, JsonMapper mapper, @Nullable ResourceFinder<T> finder) {
        this.resourceClass = resourceClass;
        this.entry = entry;
        this.mapper = mapper;
        this.finder = finder;
    }

    @Override
    public Class<T> resourceClass() {
        return resourceClass;
    }

    @Override
    public String resourceId() {
        return Objects.requireNonNull(entry.resourceId(), "a change has a resource");
    }

    @Override
    public ChangeType type() {
        return ResourceName.typeOf(entry.event());
    }

    @Override
    public Set<String> attributes() {
        return entry.changes().keySet();
    }

    @Override
    public Map<String, @Nullable Object> previous() {
        return values(entry, Values::before);
    }

    @Override
    public Map<String, @Nullable Object> current() {
        return values(entry, Values::after);
    }

    static Map<String, @Nullable Object> values(OutboxEntry entry, Function<Values, @Nullable Object> side) {
        var values = new LinkedHashMap<String, @Nullable Object>();
        entry.changes().forEach((attribute, both) -> values.put(attribute, side.apply(both)));
        return Collections.unmodifiableMap(values);
    }

    @Override
    public <V> @Nullable V previous(String attribute, Class<V> as) {
        return convert(previous().get(attribute), as);
    }

    @Override
    public <V> @Nullable V current(String attribute, Class<V> as) {
        return convert(current().get(attribute), as);
    }

    private <V> @Nullable V convert(@Nullable Object value, Class<V> as) {
        return value == null ? null : mapper.convertValue(value, as);
    }

    @Override
    public Optional<T> resource() {
        if (type() == ChangeType.DELETED) {
            return Optional.empty();
        }
        if (finder == null) {
            throw new IllegalStateException("There is no ResourceFinder bean for " + resourceClass.getName());
        }
        return Optional.of(finder.find(resourceId())
                .orElseThrow(() -> new ResourceMissingException(resourceClass.getSimpleName(), resourceId())));
    }
}

package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.change.Change;
import dev.lanekeeper.api.change.ChangeType;
import dev.lanekeeper.api.change.ResourceFinder;
import dev.lanekeeper.api.change.ResourceMissingException;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.work.EntryDocument;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Reads the change that an outbox entry tells of. */
final class ChangeReader {

    private final JsonMapper mapper;
    private final List<ResourceFinder<?>> finders;
    private final boolean failOnMissing;

    /** @param failOnMissing whether a resource that is gone is a failure, or nothing to do */
    ChangeReader(JsonMapper mapper, List<ResourceFinder<?>> finders, boolean failOnMissing) {
        this.mapper = mapper;
        this.finders = finders;
        this.failOnMissing = failOnMissing;
    }

    /**
     * Whether the resource of a change is still there, or there is nobody who could tell.
     *
     * @throws ResourceMissingException when it is not, and that is a failure
     */
    boolean isThere(Class<?> resource, OutboxEntry entry) {
        var change = change(resource, entry);
        if (change.type() == ChangeType.DELETED || finder(resource) == null) {
            return true;
        }
        try {
            return change.resource().isPresent();
        } catch (ResourceMissingException e) {
            if (failOnMissing) {
                throw e;
            }
            return false;
        }
    }

    Change<?> read(Class<?> resource, EventContext context) {
        return change(resource, entry(context));
    }

    static OutboxEntry entry(EventContext context) {
        return EntryDocument.read(Objects.requireNonNull(context.event().value()));
    }

    private <T> Change<T> change(Class<T> resource, OutboxEntry entry) {
        return new EntryChange<>(resource, entry, mapper, finder(resource));
    }

    private <T> @Nullable ResourceFinder<T> finder(Class<T> resource) {
        for (var finder : finders) {
            if (finder.resourceClass() == resource) {
                @SuppressWarnings("unchecked") // it says so itself
                var ofThis = (ResourceFinder<T>) finder;
                return ofThis;
            }
        }
        return null;
    }
}

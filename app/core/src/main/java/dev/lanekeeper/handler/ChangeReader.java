package dev.lanekeeper.handler;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.change.Change;
import dev.lanekeeper.api.change.ChangeType;
import dev.lanekeeper.api.change.ResourceMissingException;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.work.EntryDocument;
import java.util.Objects;
import tools.jackson.databind.json.JsonMapper;

/** Reads the change that an outbox entry tells of. */
final class ChangeReader {

    private final JsonMapper mapper;
    private final Finders finders;
    private final boolean failOnMissing;

    /** @param failOnMissing whether a resource that is gone is a failure, or nothing to do */
    ChangeReader(JsonMapper mapper, Finders finders, boolean failOnMissing) {
        this.mapper = mapper;
        this.finders = finders;
        this.failOnMissing = failOnMissing;
    }

    /**
     * Whether the resource of a change is still there, or the application has not said how it is found.
     *
     * @throws ResourceMissingException when it is not, and that is a failure
     */
    boolean isThere(Class<?> resource, OutboxEntry entry) {
        var change = change(resource, entry);
        if (change.type() == ChangeType.DELETED || !finders.hasOwn(resource)) {
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
        return new EntryChange<>(resource, entry, mapper, finders.of(resource));
    }
}

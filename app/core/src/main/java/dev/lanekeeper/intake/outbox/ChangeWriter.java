package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.api.change.ChangeType;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.handler.ResourceName;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.OutboxStore;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.IllegalTransactionStateException;
import tools.jackson.databind.JsonNode;

/**
 * Writes changes as outbox entries in the transaction that is bound to the calling thread, those that some callback, on whatever
 * node, takes. For any thread; what cannot be written throws.
 */
public final class ChangeWriter {

    private final Supplier<Database> database;
    private final Outbox outbox;

    /** @param database asked when the first change is written */
    public ChangeWriter(Supplier<Database> database, Outbox outbox) {
        this.database = database;
        this.outbox = outbox;
    }

    /**
     * What has happened to one resource.
     *
     * @param attributes by name, what each was and what it is since; those alone that have changed
     */
    public record ResourceChange(
            ResourceName resource,
            String id,
            ChangeType type,
            Map<String, ? extends List<? extends @Nullable JsonNode>> attributes) {

        String event() {
            return ResourceName.event(resource.name(), type);
        }

        private OutboxMessage message() {
            return OutboxMessage.of(ResourceName.CONTEXT, event())
                    .withCausalityKey(resource.name() + ":" + id)
                    .withChanges(resource.name(), id, attributes);
        }
    }

    /**
     * Writes them in their order.
     *
     * @throws IllegalTransactionStateException without a transaction of Lanekeeper's DataSource
     */
    public void write(Collection<ResourceChange> changes) {
        var ours = database.get();
        var store = new OutboxStore(ours);
        var taken = new HashMap<String, Boolean>();
        for (var change : changes) {
            if (!ours.isInTransaction()) {
                throw new IllegalTransactionStateException(
                        "The change '" + change.event() + "' of " + change.id()
                                + " was not recorded: there is no transaction of Lanekeeper's DataSource, or it has ended already."
                                + " Record it inside the @Transactional method, or the TransactionTemplate, that makes the change");
            }
            if (!change.attributes().isEmpty()
                    && taken.computeIfAbsent(change.event(), event -> store.isTaken(ResourceName.CONTEXT, event))) {
                outbox.publish(change.message());
            }
        }
    }
}

package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.api.change.ChangeType;
import dev.lanekeeper.api.change.Changes;
import dev.lanekeeper.api.outbox.Outbox;
import dev.lanekeeper.api.outbox.OutboxMessage;
import dev.lanekeeper.handler.ResourceName;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.OutboxStore;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes a change as an outbox entry with its attributes before and after, if some callback, on whatever node, takes it. */
public final class ChangeRecorder implements Changes {

    private final Supplier<Database> database;
    private final Outbox outbox;
    private final JsonMapper mapper;

    /** @param database asked when the first change is recorded */
    public ChangeRecorder(Supplier<Database> database, Outbox outbox, JsonMapper mapper) {
        this.database = database;
        this.outbox = outbox;
        this.mapper = mapper;
    }

    @Override
    public void created(Object resource) {
        record(ChangeType.CREATED, resource.getClass(), null, json(resource));
    }

    @Override
    public void updated(Object before, Object after) {
        var type = ClassUtils.getUserClass(after.getClass());
        if (ClassUtils.getUserClass(before.getClass()) != type) {
            throw new IllegalArgumentException("The change was not recorded: before is a "
                    + before.getClass().getName() + " and after a " + type.getName());
        }
        record(ChangeType.UPDATED, type, json(before), json(after));
    }

    @Override
    public void deleted(Object resource) {
        record(ChangeType.DELETED, resource.getClass(), json(resource), null);
    }

    private void record(ChangeType type, Class<?> of, @Nullable ObjectNode before, @Nullable ObjectNode after) {
        var resource = ResourceName.of(of);
        var id = id(resource, of, before, after);
        var event = ResourceName.event(resource.name(), type);
        var ours = database.get();
        if (!ours.isInTransaction()) {
            throw new IllegalTransactionStateException("The change '" + event + "' of " + id
                    + " was not recorded: there is no transaction of Lanekeeper's DataSource. Record it inside the"
                    + " @Transactional method, or the TransactionTemplate, that makes the change");
        }
        var changed = difference(before, after);
        if (!changed.isEmpty() && new OutboxStore(ours).isTaken(ResourceName.CONTEXT, event)) {
            outbox.publish(OutboxMessage.of(ResourceName.CONTEXT, event)
                    .withCausalityKey(resource.name() + ":" + id)
                    .withChanges(resource.name(), id, changed));
        }
    }

    private ObjectNode json(Object resource) {
        if (mapper.valueToTree(resource) instanceof ObjectNode object) {
            return object;
        }
        throw new IllegalArgumentException(
                "The change was not recorded: " + resource.getClass().getName() + " is not written as a JSON object");
    }

    private static String id(
            ResourceName resource, Class<?> of, @Nullable ObjectNode before, @Nullable ObjectNode after) {
        var was = text(before, resource.id());
        var is = text(after, resource.id());
        if (was == null && is == null) {
            throw new IllegalArgumentException("The change was not recorded: " + of.getName() + " has no attribute '"
                    + resource.id() + "' with a value; name its id with @ReliableEntity(id = ...), and record a new"
                    + " resource after it has got one");
        }
        if (was != null && is != null && !was.equals(is)) {
            throw new IllegalArgumentException(
                    "The change was not recorded: before is " + of.getSimpleName() + " " + was + " and after is " + is);
        }
        return is == null ? String.valueOf(was) : is;
    }

    private static @Nullable String text(@Nullable ObjectNode node, String attribute) {
        var value = node == null ? null : node.get(attribute);
        return value == null || value.isNull() ? null : value.isValueNode() ? value.asString() : value.toString();
    }

    private static Map<String, List<@Nullable JsonNode>> difference(
            @Nullable ObjectNode before, @Nullable ObjectNode after) {
        var changed = new LinkedHashMap<String, List<@Nullable JsonNode>>();
        for (var node : Arrays.asList(before, after)) {
            if (node != null) {
                node.propertyNames().forEach(attribute -> {
                    var was = before == null ? null : before.get(attribute);
                    var is = after == null ? null : after.get(attribute);
                    if (before == null || after == null || was == null || !was.equals(is)) {
                        changed.put(attribute, Arrays.asList(was, is));
                    }
                });
            }
        }
        return changed;
    }
}

package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.api.change.ChangeType;
import dev.lanekeeper.api.change.Changes;
import dev.lanekeeper.handler.ResourceName;
import dev.lanekeeper.intake.outbox.ChangeWriter.ResourceChange;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Records what is told of a resource, with its attributes before and after as Jackson writes them. */
public final class ChangeRecorder implements Changes {

    private final ChangeWriter writer;
    private final JsonMapper mapper;

    public ChangeRecorder(ChangeWriter writer, JsonMapper mapper) {
        this.writer = writer;
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
        writer.write(List.of(new ResourceChange(resource, id, type, difference(before, after))));
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

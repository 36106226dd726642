package dev.lanekeeper.jpa;

import dev.lanekeeper.api.change.ChangeType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What has happened to an entity so far in its transaction.
 *
 * @param before by attribute, what was before the transaction; empty when it was created
 * @param after by attribute, what is since; empty when it was deleted
 */
record EntityChange(ChangeType type, Map<String, @Nullable JsonNode> before, Map<String, @Nullable JsonNode> after) {

    static EntityChange created(Map<String, @Nullable JsonNode> after) {
        return new EntityChange(ChangeType.CREATED, Map.of(), after);
    }

    static EntityChange deleted(Map<String, @Nullable JsonNode> before) {
        return new EntityChange(ChangeType.DELETED, before, Map.of());
    }

    /** This and what came next, as one; {@code null} when the entity came and went. */
    @Nullable
    EntityChange and(EntityChange next) {
        if (type == ChangeType.CREATED) {
            return next.type == ChangeType.DELETED ? null : created(over(after, next.after));
        }
        var first = over(next.before, before);
        return next.type == ChangeType.DELETED
                ? deleted(first)
                : new EntityChange(ChangeType.UPDATED, first, over(after, next.after));
    }

    private static Map<String, @Nullable JsonNode> over(
            Map<String, @Nullable JsonNode> below, Map<String, @Nullable JsonNode> above) {
        var both = new LinkedHashMap<>(below);
        both.putAll(above);
        return both;
    }

    /** By attribute, before and after: all of what was created or deleted, what differs of what was updated. */
    Map<String, List<@Nullable JsonNode>> attributes() {
        var changed = new LinkedHashMap<String, List<@Nullable JsonNode>>();
        over(before, after).keySet().forEach(attribute -> {
            var was = before.get(attribute);
            var is = after.get(attribute);
            if (type != ChangeType.UPDATED || !Objects.equals(was, is)) {
                changed.put(attribute, Arrays.asList(was, is));
            }
        });
        return changed;
    }
}

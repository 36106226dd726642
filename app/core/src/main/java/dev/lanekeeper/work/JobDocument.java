package dev.lanekeeper.work;

import dev.lanekeeper.api.job.JobOptions;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.RawValue;

/**
 * A job as the arguments of an outbox entry, in which it waits for the commit of the transaction that enqueued it. The entry's
 * event is the id of the handler.
 *
 * @param payload JSON, as it was written; {@code null} for none
 * @param resource the canonical key of its resource; {@code null} for the entry's causality key, or none
 * @param dueAt when it may run first; {@code null} for at once
 * @param priority from 0, the usual one, to 9
 * @param recurring when, and under which name, it is done again and again; {@code null} for once
 * @param claim {@code null} where nothing is said of it: what the handler says counts then
 */
public record JobDocument(
        byte @Nullable [] payload,
        @Nullable String resource,
        @Nullable String label,
        @Nullable Instant dueAt,
        int priority,
        EntryItem.@Nullable Recurring recurring,
        @Nullable Claim claim) {

    /**
     * To be the only one of its key.
     *
     * @param rule {@code null} for that of the handler
     * @param key {@code null} for none, so that it takes no lock
     */
    public record Claim(@Nullable UniqueRule rule, @Nullable String key) {

        public static final Claim NONE = new Claim(null, null);
    }

    /** Of entries that are jobs; no handler of entries is given them. */
    public static final String CONTEXT = "lanekeeper.jobs";

    private static final String UNIQUE = "unique";
    private static final String UNIQUE_KEY = "uniqueKey";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** For Jackson to write. */
    public Map<String, Object> arguments() {
        var arguments = new LinkedHashMap<String, Object>();
        if (payload != null) {
            arguments.put("payload", new RawValue(new String(payload, StandardCharsets.UTF_8)));
        }
        if (resource != null) {
            arguments.put("resource", resource);
        }
        if (label != null) {
            arguments.put("label", label);
        }
        if (dueAt != null) {
            arguments.put("dueAt", dueAt.toString());
        }
        if (priority != 0) {
            arguments.put("priority", priority);
        }
        if (recurring != null) {
            arguments.put("name", recurring.name());
            arguments.put("cron", recurring.when().cron());
            arguments.put("zone", recurring.when().zone());
        }
        if (claim != null) {
            put(arguments, claim);
        }
        return arguments;
    }

    /** That there is no key is said too, whatever the mapper thinks of nulls. */
    private static void put(Map<String, Object> arguments, Claim claim) {
        if (claim.rule() != null) {
            arguments.put(UNIQUE, new RawValue(claim.rule().json()));
        }
        arguments.put(UNIQUE_KEY, claim.key() == null ? new RawValue("null") : claim.key());
    }

    /** Of an entry that anybody may have written; throws if it makes no sense. */
    public static JobDocument read(String arguments) {
        var bytes = arguments.getBytes(StandardCharsets.UTF_8);
        var root = MAPPER.readTree(bytes);
        var dueAt = text(root, "dueAt");
        var recurring = recurring(root);
        if (recurring != null && dueAt != null) {
            throw new IllegalArgumentException("it is for a time, or recurs: give dueAt or cron");
        }
        return new JobDocument(
                root.path("payload").isNull() ? null : EntryDocument.part(bytes, "payload"),
                text(root, "resource"),
                text(root, "label"),
                dueAt == null ? null : Instant.parse(dueAt),
                priority(root),
                recurring,
                claim(root));
    }

    private static EntryItem.@Nullable Recurring recurring(JsonNode root) {
        var cron = text(root, "cron");
        var name = text(root, "name");
        var zone = text(root, "zone");
        if (cron == null) {
            if (name != null || zone != null) {
                throw new IllegalArgumentException("name and zone are for what recurs: give cron, too");
            }
            return null;
        }
        var recurring = new JobOptions.Recurring(
                name == null ? "" : name, cron, Recurrence.zoneId(zone == null ? Recurrence.USUAL_ZONE : zone));
        return new EntryItem.Recurring(
                recurring.name(), Recurrence.of(cron, recurring.zone().getId()));
    }

    private static int priority(JsonNode root) {
        var node = root.path("priority");
        if (node.isMissingNode() || node.isNull()) {
            return 0;
        }
        if (!node.isInt() || node.asInt() < 0 || node.asInt() > JobOptions.MOST_URGENT) {
            throw new IllegalArgumentException(
                    "the priority is a number from 0 to " + JobOptions.MOST_URGENT + ", and not " + node);
        }
        return node.asInt();
    }

    private static @Nullable Claim claim(JsonNode root) {
        if (!root.has(UNIQUE_KEY)) {
            return null;
        }
        var key = text(root, UNIQUE_KEY);
        return key == null ? Claim.NONE : new Claim(root.has(UNIQUE) ? UniqueRule.read(root.path(UNIQUE)) : null, key);
    }

    private static @Nullable String text(JsonNode root, String name) {
        var node = root.path(name);
        return node.isMissingNode() || node.isNull() ? null : node.asString();
    }
}

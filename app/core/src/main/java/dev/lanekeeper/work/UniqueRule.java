package dev.lanekeeper.work;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import java.time.Duration;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which items of a handler are the same, and what becomes of the second.
 *
 * @param key how the key is found in the payload; {@code null} when only the caller says it
 * @param ttl after what time the lock is lost; {@code null} for none
 * @param limit how many may be there, from 1
 * @param acrossHandlers whether handlers share the lock
 * @param delay how long one is put off, of strategies that put off
 * @param maxHops how often it is put off at most before it is given up
 */
public record UniqueRule(
        Lock lock,
        @Nullable String key,
        @Nullable Duration ttl,
        int limit,
        boolean acrossHandlers,
        Conflict onConflict,
        Duration delay,
        int maxHops) {

    /** As {@link dev.lanekeeper.api.job.Unique#delay()} has it. */
    public static final Duration USUAL_DELAY = Duration.ofSeconds(5);

    /** As {@link dev.lanekeeper.api.job.Unique#maxHops()} has it. */
    public static final int USUAL_HOPS = 25;

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** Of a strategy that puts nothing off. */
    public UniqueRule(
            Lock lock,
            @Nullable String key,
            @Nullable Duration ttl,
            int limit,
            boolean acrossHandlers,
            Conflict onConflict) {
        this(lock, key, ttl, limit, acrossHandlers, onConflict, USUAL_DELAY, USUAL_HOPS);
    }

    /** Whether a job of this key needs a lock while it runs. */
    boolean isHeldInTheRun() {
        return lock.isHeldInTheRun();
    }

    public UniqueRule with(Conflict other) {
        return new UniqueRule(lock, key, ttl, limit, acrossHandlers, other, delay, maxHops);
    }

    /** For other nodes, and for the time until a transaction is committed. */
    public String json() {
        var values = new LinkedHashMap<String, Object>();
        values.put("lock", lock.name());
        if (key != null) {
            values.put("key", key);
        }
        if (ttl != null) {
            values.put("ttl", ttl.toString());
        }
        values.put("limit", limit);
        values.put("acrossHandlers", acrossHandlers);
        values.put("onConflict", onConflict.name());
        values.put("delay", delay.toString());
        values.put("maxHops", maxHops);
        return MAPPER.writeValueAsString(values);
    }

    public static UniqueRule read(String json) {
        return read(MAPPER.readTree(json));
    }

    /** What an older node has written knows of no delay. */
    static UniqueRule read(JsonNode node) {
        var ttl = node.path("ttl");
        var key = node.path("key");
        var delay = node.path("delay");
        return new UniqueRule(
                Lock.valueOf(node.required("lock").asString()),
                key.isMissingNode() ? null : key.asString(),
                ttl.isMissingNode() ? null : Duration.parse(ttl.asString()),
                node.required("limit").asInt(),
                node.required("acrossHandlers").asBoolean(),
                Conflict.valueOf(node.required("onConflict").asString()),
                delay.isMissingNode() ? USUAL_DELAY : Duration.parse(delay.asString()),
                node.path("maxHops").asInt(USUAL_HOPS));
    }
}

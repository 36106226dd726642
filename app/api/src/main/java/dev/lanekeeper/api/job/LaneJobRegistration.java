package dev.lanekeeper.api.job;

import dev.lanekeeper.api.EventFunction;
import dev.lanekeeper.api.HandlerRegistration;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Map;

/**
 * A handler of jobs that is registered in code, with the same options as {@link LaneJob}; what is not called here comes from
 * {@code lanekeeper.defaults.*}, and {@code lanekeeper.handlers.<id>.*} counts before it.
 *
 * @param <T> what the payload is read as
 */
public final class LaneJobRegistration<T> extends HandlerRegistration<T, LaneJobRegistration<T>> {

    LaneJobRegistration(String id, Type payloadType, EventFunction<T> function) {
        super(id, payloadType, function);
    }

    /** As {@link LaneJob#cron()}, in UTC unless {@link #zone} is called too. */
    public LaneJobRegistration<T> cron(String expression) {
        return option("cron", expression);
    }

    public LaneJobRegistration<T> zone(String zoneId) {
        return option("zone", zoneId);
    }

    /** As {@link LaneJob#inline()}. */
    public LaneJobRegistration<T> inline() {
        return option("inline", true);
    }

    /** As {@link Unique}, with a key as in {@link Unique#key()}; an empty one leaves it to the caller. */
    public LaneJobRegistration<T> unique(Unique.Lock lock, String key) {
        return option("uniqueLock", lock).option("uniqueKey", key);
    }

    public LaneJobRegistration<T> uniqueTtl(Duration ttl) {
        return option("uniqueTtl", ttl);
    }

    public LaneJobRegistration<T> uniqueLimit(int jobs) {
        return option("uniqueLimit", jobs);
    }

    public LaneJobRegistration<T> uniqueAcrossHandlers() {
        return option("uniqueAcrossHandlers", true);
    }

    public LaneJobRegistration<T> onConflict(Unique.Conflict conflict) {
        return option("uniqueOnConflict", conflict);
    }

    /** As {@link Unique#delay()}. */
    public LaneJobRegistration<T> uniqueDelay(Duration delay) {
        return option("uniqueDelay", delay);
    }

    /** As {@link Unique#maxHops()}, from 1. */
    public LaneJobRegistration<T> uniqueMaxHops(int hops) {
        return option("uniqueMaxHops", hops);
    }

    public LaneJobRegistration<T> onRunConflict(Unique.RunConflict conflict) {
        return option("uniqueOnRunConflict", conflict);
    }

    /** As {@link Unique#maxWait()}. */
    public LaneJobRegistration<T> uniqueMaxWait(Duration wait) {
        return option("uniqueMaxWait", wait);
    }

    /** A job without a payload calls the function with {@code null}; otherwise it fails at once. */
    public LaneJobRegistration<T> acceptsNoPayload() {
        return acceptsNull();
    }

    @Override
    public Registered<T> registered() {
        return registered(Map.of(), null);
    }
}

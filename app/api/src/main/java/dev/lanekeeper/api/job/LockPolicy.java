package dev.lanekeeper.api.job;

import dev.lanekeeper.api.RawEvent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Says of each item by itself which lock it takes and for how long, where {@link Unique}'s own attributes do not reach: another
 * time to live for each tenant, a limit that a table holds. A bean, named by {@link Unique#policy()}.
 *
 * <pre>{@code
 * @Bean
 * LockPolicy tenantLimit(Tenants tenants) {
 *     return event -> tenants.of(event)
 *             .map(tenant -> new LockPolicy.Hold(tenant.id(), Lock.UNTIL_EXECUTED, null, tenant.limit()))
 *             .orElse(null);
 * }
 * }</pre>
 *
 * <p>Called once for each item, before the transaction that stores it, on the thread that stores: the caller's of
 * {@link Jobs#enqueue}, a consumer's for records. What it throws is an {@link IllegalArgumentException} for whoever enqueues, and
 * makes a record fail when it runs, which it does without a lock. Whatever it says, a lock counts only as long as its holder is
 * there, or, if it is held until it expires, until then.
 */
@FunctionalInterface
public interface LockPolicy {

    /** Which lock the item takes; {@code null} for none. */
    @Nullable
    Hold hold(RawEvent event) throws Exception;

    /**
     * A lock.
     *
     * @param key by what items are the same; what {@link JobOptions#withUniqueKey} says counts before it
     * @param lock one of those that decide what is enqueued
     * @param ttl after what time it is lost; {@code null} for none, which {@link Unique.Lock#UNTIL_EXPIRED} does not allow
     * @param limit how many of a key may be there, from 1
     */
    record Hold(String key, Unique.Lock lock, @Nullable Duration ttl, int limit) {}
}

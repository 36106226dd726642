package dev.lanekeeper.api.job;

import dev.lanekeeper.api.RawEvent;

/**
 * Chooses for each item by itself what becomes of it if it is one too many. A bean, named by {@link Unique#strategy()}.
 *
 * <pre>{@code
 * @Bean
 * ConflictStrategy urgentFirst() {
 *     return event -> event.lastHeader("urgent") == null ? Conflict.LOG : Conflict.REPLACE;
 * }
 * }</pre>
 *
 * <p>Called once for each item, before the transaction that stores it, whether there is a conflict or not: while locks are held no
 * code of the application runs. What it throws is treated as what a {@link LockPolicy} throws.
 */
@FunctionalInterface
public interface ConflictStrategy {

    /** One that goes with the lock of the item; {@link Unique.Conflict} says which. */
    Unique.Conflict onConflict(RawEvent event) throws Exception;
}

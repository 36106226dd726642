package dev.lanekeeper.housekeeping;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How long rows are kept; {@code null} keeps them for ever. Items count from when they were finished; those that wait, have
 * failed or were rejected are always kept.
 *
 * @param events items from Kafka, and those that were enqueued
 * @param outbox items from the outbox
 * @param payloads payload, key and headers of items, before the items themselves
 * @param identities what handlers have seen that recognise events by content; not shorter than events
 * @param tallies counts of minutes; then they are added up into days, which stay
 * @param requests what people asked of items that a run had claimed, once it is answered, and idempotency keys of jobs
 * @param operations who did what, changed which setting, or started which bulk operation
 * @param archive whether items are copied to the archive tables before they are deleted
 * @param batchSize how many items one transaction looks at
 */
public record Retention(
        @Nullable Duration events,
        @Nullable Duration outbox,
        @Nullable Duration payloads,
        @Nullable Duration identities,
        @Nullable Duration tallies,
        @Nullable Duration requests,
        @Nullable Duration operations,
        boolean archive,
        int batchSize) {

    static Instant before(Instant now, @Nullable Duration kept) {
        return kept == null ? Instant.MIN : now.minus(kept);
    }
}

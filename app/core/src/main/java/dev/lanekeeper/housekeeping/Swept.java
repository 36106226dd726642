package dev.lanekeeper.housekeeping;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Rows that were deleted, or changed for good.
 *
 * @param items with their outcomes; counted as purged
 * @param attempts failed attempts of those items
 * @param archived how many of the items were copied first
 * @param payloads items that lost their payload before their time
 * @param tallies rows of minutes that were added up into days
 * @param operations with changes of settings and bulk operations
 */
public record Swept(
        long items,
        long attempts,
        long archived,
        long payloads,
        long identities,
        long tallies,
        long requests,
        long operations) {

    static final Swept NOTHING = new Swept(0, 0, 0, 0, 0, 0, 0, 0);

    static Swept items(long items, long attempts, long archived, long payloads) {
        return new Swept(items, attempts, archived, payloads, 0, 0, 0, 0);
    }

    static Swept identities(long number) {
        return new Swept(0, 0, 0, 0, number, 0, 0, 0);
    }

    static Swept tallies(long number) {
        return new Swept(0, 0, 0, 0, 0, number, 0, 0);
    }

    static Swept requests(long number) {
        return new Swept(0, 0, 0, 0, 0, 0, number, 0);
    }

    static Swept operations(long number) {
        return new Swept(0, 0, 0, 0, 0, 0, 0, number);
    }

    Swept and(Swept more) {
        return new Swept(
                items + more.items,
                attempts + more.attempts,
                archived + more.archived,
                payloads + more.payloads,
                identities + more.identities,
                tallies + more.tallies,
                requests + more.requests,
                operations + more.operations);
    }

    long total() {
        return items + attempts + payloads + identities + tallies + requests + operations;
    }

    /** By the name of the column, in their order, without those of which there were none. */
    Map<String, Long> byName() {
        var names = new LinkedHashMap<String, Long>();
        names.put("items", items);
        names.put("attempts", attempts);
        names.put("archived", archived);
        names.put("payloads", payloads);
        names.put("identities", identities);
        names.put("tallies", tallies);
        names.put("requests", requests);
        names.put("operations", operations);
        names.values().removeIf(number -> number == 0);
        return names;
    }
}

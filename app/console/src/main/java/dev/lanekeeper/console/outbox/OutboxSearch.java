package dev.lanekeeper.console.outbox;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.console.item.ItemRow;
import dev.lanekeeper.console.item.ItemSearch;
import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what has become of outbox entries: those that have not moved yet, and the items of those that have.
 *
 * <p>Called from web threads, in no transaction.
 */
final class OutboxSearch {

    private final Database database;
    private final BoundedSearch search;
    private final ItemSearch items;

    OutboxSearch(Database database, ItemSearch items) {
        this.database = database;
        this.search = new BoundedSearch(database);
        this.items = items;
    }

    /**
     * Entries that are committed and not moved.
     *
     * @param oldest when the oldest one was written; {@code null} for none
     */
    record Unmoved(CappedCount entries, @Nullable Instant oldest) {}

    private record Found(long entries, @Nullable Instant oldest) {}

    /** The oldest of a shard is its first. */
    Unmoved unmoved() {
        var found = search.read(() ->
                search.sql("""
                        SELECT (SELECT count(*) FROM (SELECT FROM lanekeeper.outbox_entry LIMIT ?) AS e) AS entries,
                               (SELECT min(first.created_at)
                                  FROM generate_series(0, 63) AS s (shard)
                                 CROSS JOIN LATERAL (
                                       SELECT created_at
                                         FROM lanekeeper.outbox_entry
                                        WHERE shard = s.shard
                                        ORDER BY shard, entry_id
                                        LIMIT 1) AS first) AS oldest
                        """).param(ItemSearch.COUNTED + 1).query(Found.class).single());
        return new Unmoved(CappedCount.of(found.entries(), ItemSearch.COUNTED), found.oldest());
    }

    /**
     * A handler of outbox entries.
     *
     * @param context {@code null} for every context
     * @param events with commas between them; {@code null} for every event
     * @param ready lanes whose entries wait for a worker
     * @param retrying lanes whose first entry waits for its next attempt
     * @param nextRetry when the first of these is due
     */
    record Subscriber(
            int handlerId,
            String handler,
            int kind,
            @Nullable String context,
            @Nullable String events,
            long ready,
            long retrying,
            @Nullable Instant nextRetry,
            long failed) {}

    List<Subscriber> subscribers() {
        var now = Database.timestamp(database.now());
        var most = ItemSearch.COUNTED + 1;
        return search.read(() -> search.sql("""
                        SELECT h.handler_id, h.name AS handler, s.kind::int AS kind, s.context,
                               array_to_string(s.events, ', ') AS events,
                               (SELECT count(*)
                                  FROM (SELECT
                                          FROM lanekeeper.lane
                                         WHERE handler_id = h.handler_id AND owner_run IS NULL AND parked_at IS NULL
                                           AND due_at <= ?
                                         LIMIT ?) AS r) AS ready,
                               (SELECT count(*)
                                  FROM (SELECT
                                          FROM lanekeeper.lane
                                         WHERE handler_id = h.handler_id AND owner_run IS NULL AND parked_at IS NULL
                                           AND due_at > ?
                                         LIMIT ?) AS b) AS retrying,
                               (SELECT due_at
                                  FROM lanekeeper.lane
                                 WHERE handler_id = h.handler_id AND owner_run IS NULL AND parked_at IS NULL AND due_at > ?
                                 ORDER BY handler_id, due_at
                                 LIMIT 1) AS next_retry,
                               (SELECT count(*)
                                  FROM (SELECT
                                          FROM lanekeeper.outcome
                                         WHERE handler_id = h.handler_id AND state IN (2, 3)
                                         LIMIT ?) AS f) AS failed
                          FROM lanekeeper.outbox_subscription AS s
                          JOIN lanekeeper.handler AS h ON h.handler_id = s.handler_id
                         WHERE s.kind <> 4
                         ORDER BY h.name
                        """)
                .param(now)
                .param(most)
                .param(now)
                .param(most)
                .param(now)
                .param(most)
                .query(Subscriber.class)
                .list());
    }

    /** Entries that wait for their next attempt, the one that is due first first. */
    List<ItemRow> retrying(int limit) {
        var now = Database.timestamp(database.now());
        return items.rows(search.read(() -> search.sql("""
                        SELECT head.item_id
                          FROM lanekeeper.outbox_subscription AS s
                         CROSS JOIN LATERAL (
                               SELECT lane_id, due_at
                                 FROM lanekeeper.lane
                                WHERE handler_id = s.handler_id AND owner_run IS NULL AND parked_at IS NULL AND due_at > ?
                                ORDER BY handler_id, due_at
                                LIMIT ?) AS l
                         CROSS JOIN LATERAL (
                               SELECT item_id
                                 FROM lanekeeper.lane_item
                                WHERE lane_id = l.lane_id
                                ORDER BY lane_id, item_id
                                LIMIT 1) AS head
                         ORDER BY l.due_at
                         LIMIT ?
                        """)
                .param(now)
                .param(limit)
                .param(limit)
                .query(Long.class)
                .list()));
    }

    /** Entries that have used up their retries or were rejected, the last one first. */
    List<ItemRow> failed(int limit) {
        return items.rows(search.read(() ->
                search.sql("""
                        SELECT o.item_id
                          FROM lanekeeper.outbox_subscription AS s
                         CROSS JOIN LATERAL (
                               SELECT item_id, finished_at
                                 FROM lanekeeper.outcome
                                WHERE handler_id = s.handler_id AND state IN (2, 3)
                                ORDER BY handler_id DESC, finished_at DESC, item_id DESC
                                LIMIT ?) AS o
                         ORDER BY o.finished_at DESC
                         LIMIT ?
                        """).param(limit).param(limit).query(Long.class).list()));
    }
}

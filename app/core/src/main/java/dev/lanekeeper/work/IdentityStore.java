package dev.lanekeeper.work;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/** Writes {@code identity}: what handlers have seen that recognise events by content. */
final class IdentityStore {

    private final Database database;

    IdentityStore(Database database) {
        this.database = database;
    }

    /** Remembers these and tells which were new; the unique index decides, and waits for a concurrent writer of the same. */
    Set<UUID> remember(int handlerId, Collection<UUID> identities, Instant now) {
        var sorted = identities.stream().distinct().sorted(LaneIds.LOCK_ORDER).toList();
        return new HashSet<>(database.sql("""
                        INSERT INTO lanekeeper.identity (hash, handler_id, replay, seen_at)
                        SELECT k.hash, h.handler_id, h.replay, ?
                          FROM unnest(?::uuid[]) WITH ORDINALITY AS k (hash, place)
                         CROSS JOIN (SELECT handler_id, replay FROM lanekeeper.handler WHERE handler_id = ?) AS h
                         ORDER BY k.place
                            ON CONFLICT DO NOTHING
                        RETURNING hash
                        """)
                .param(Database.timestamp(now))
                .param(Database.uuids(sorted))
                .param(handlerId)
                .query(UUID.class)
                .list());
    }

    /** How many blocks the table has. */
    long blocks() {
        return database.sql("""
                        SELECT pg_relation_size(to_regclass(?)) / current_setting('block_size')::bigint
                        """)
                .param(database.schema() + ".identity")
                .query(Long.class)
                .single();
    }

    /**
     * Deletes what was seen before a time, in some blocks of the table: its rows are in the order in which they came, and
     * later in that of the room that was free, so no index leads to the old ones for less than reading each block once.
     */
    int forget(long fromBlock, long toBlock, Map<Integer, Instant> before) {
        var handlers = before.keySet().stream().sorted().toList();
        return database.sql("""
                        DELETE FROM lanekeeper.identity AS i
                         USING unnest(?::int[], ?::bigint[]) AS k (handler_id, before)
                         WHERE i.ctid >= ?::tid AND i.ctid < ?::tid
                           AND i.handler_id = k.handler_id
                           AND i.seen_at < 'epoch'::timestamptz + k.before * interval '1 microsecond'
                        """)
                .param(handlers.stream().mapToInt(Integer::intValue).toArray())
                .param(handlers.stream()
                        .mapToLong(id -> Database.micros(Objects.requireNonNull(before.get(id))))
                        .toArray())
                .param("(" + fromBlock + ",0)")
                .param("(" + toBlock + ",0)")
                .update();
    }
}

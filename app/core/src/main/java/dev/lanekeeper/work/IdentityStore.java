package dev.lanekeeper.work;

import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
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
}

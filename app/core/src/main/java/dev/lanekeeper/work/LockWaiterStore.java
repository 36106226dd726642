package dev.lanekeeper.work;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/** Writes {@code lock_waiter}: who waits for a lock since when, and in which order. */
final class LockWaiterStore {

    private final Database database;

    LockWaiterStore(Database database) {
        this.database = database;
    }

    /** When an item began to wait, and how often it was rescheduled. */
    record Waited(Instant since, int hops) {}

    /**
     * Enters an item, or finds it where it stands; it goes to sleep again.
     *
     * @param wokenAt for each need, when the item will come by itself; {@code null} for when it is woken
     */
    void enter(WaitingItem item, List<LockNeed> needs, List<Instant> wokenAt, Instant now) {
        database.sql("""
                        INSERT INTO lanekeeper.lock_waiter AS w (
                               item_id, digest, ticket, name, handler_id, since, due_before, woken_at)
                        SELECT first.item_id, k.digest, first.ticket, k.name, ?, first.since, first.due_before, k.woken_at
                          FROM (SELECT i.item_id,
                                       coalesce(min(m.ticket), nextval('lanekeeper.lane_epoch')) AS ticket,
                                       coalesce(min(m.since), ?::timestamptz) AS since,
                                       coalesce(min(m.due_before), ?::timestamptz) AS due_before
                                  FROM (SELECT ?::bigint AS item_id) AS i
                                  LEFT JOIN lanekeeper.lock_waiter AS m ON m.item_id = i.item_id
                                 GROUP BY i.item_id) AS first
                         CROSS JOIN unnest(?::uuid[], ?::text[], ?::timestamptz[]) AS k (digest, name, woken_at)
                            ON CONFLICT (item_id, digest) DO UPDATE
                           SET woken_at = excluded.woken_at, elsewhere = NULL
                        """)
                .param(item.handlerId())
                .param(Database.timestamp(now))
                .param(Database.timestamp(item.dueAt()))
                .param(item.itemId())
                .param(Database.uuids(needs.stream().map(LockNeed::digest).toList()))
                .param(needs.stream().map(n -> Texts.safe(n.name())).toArray(String[]::new))
                .param(wokenAt.stream()
                        .map(w -> w.equals(Instant.MAX)
                                ? null
                                : Database.timestamp(w).toString())
                        .toArray(String[]::new))
                .update();
    }

    /** It is not for items of this application that it waits for these. */
    void elsewhere(long itemId, List<LockNeed> needs, RunLocker.Elsewhere why) {
        database.sql("UPDATE lanekeeper.lock_waiter SET elsewhere = ? WHERE item_id = ? AND digest = ANY (?::uuid[])")
                .param(why.ordinal() + 1)
                .param(itemId)
                .param(Database.uuids(needs.stream().map(LockNeed::digest).toList()))
                .update();
    }

    /** Since when an item waits, or was rescheduled. */
    List<Waited> waited(long itemId) {
        return database.sql("""
                        SELECT min(since) AS since, max(hops) AS hops
                          FROM lanekeeper.lock_waiter
                         WHERE item_id = ?
                        HAVING count(*) > 0
                        """)
                .param(itemId)
                .query((row, n) ->
                        new Waited(row.getObject(1, OffsetDateTime.class).toInstant(), row.getInt(2)))
                .list();
    }

    /** Remembers how often an item was rescheduled; it waits in no line until it comes again. */
    void hop(WaitingItem item, LockNeed need, int hops, Instant again) {
        database.sql("""
                        INSERT INTO lanekeeper.lock_waiter AS w (
                               item_id, digest, ticket, name, handler_id, since, due_before, woken_at, hops)
                        VALUES (?, ?, nextval('lanekeeper.lane_epoch'), ?, ?, ?, ?, 'epoch', ?)
                            ON CONFLICT (item_id, digest) DO UPDATE
                           SET woken_at = 'epoch', ticket = excluded.ticket, since = excluded.since, hops = excluded.hops
                        """)
                .param(item.itemId())
                .param(need.digest())
                .param(Texts.safe(need.name()))
                .param(item.handlerId())
                .param(Database.timestamp(again))
                .param(Database.timestamp(item.dueAt()))
                .param(hops)
                .update();
    }

    /** The item waits no more. */
    void leave(long itemId) {
        database.sql("DELETE FROM lanekeeper.lock_waiter WHERE item_id = ?")
                .param(itemId)
                .update();
    }

    /** These wait no more. */
    void leave(Collection<Long> itemIds) {
        database.sql("DELETE FROM lanekeeper.lock_waiter WHERE item_id = ANY (?::bigint[])")
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .update();
    }

    /** One who may try again. */
    record Candidate(UUID digest, long itemId, UUID laneId) {}

    /** A lock that has become free for somebody. */
    record Free(UUID digest, int most) {}

    /**
     * For each lock, as many of those who wait as there is room for, the oldest first; those woken already are left out. One whom a person
     * wants discarded goes with its lane, perhaps in this very transaction, and is not counted on.
     */
    List<Candidate> candidates(List<Free> locks, Instant now, Duration grace) {
        return database.sql("""
                        SELECT k.digest, w.item_id, w.lane_id
                          FROM unnest(?::uuid[], ?::int[]) AS k (digest, most)
                         CROSS JOIN LATERAL (
                               SELECT count(*) AS held
                                 FROM lanekeeper.run_lock AS r
                                 JOIN lanekeeper.lane AS l ON l.lane_id = r.lane_id AND l.epoch = r.epoch
                                WHERE r.digest = k.digest AND r.expires_at IS NULL AND l.owner_run IS NOT NULL) AS r
                         CROSS JOIN LATERAL (
                               SELECT v.item_id, i.lane_id, v.woken_at
                                 FROM lanekeeper.lock_waiter AS v
                                 JOIN lanekeeper.lane_item AS i ON i.item_id = v.item_id
                                 JOIN lanekeeper.lane AS l ON l.lane_id = i.lane_id
                                WHERE v.digest = k.digest AND (v.woken_at IS NULL OR v.woken_at > ?) AND l.parked_at IS NULL
                                  AND NOT EXISTS (
                                      SELECT
                                        FROM lanekeeper.item_request AS q
                                       WHERE q.lane_id = i.lane_id AND q.item_id = v.item_id AND q.answered_at IS NULL)
                                ORDER BY v.ticket
                                LIMIT greatest(0, k.most - r.held)) AS w
                         WHERE w.woken_at IS NULL
                        """)
                .param(Database.uuids(locks.stream().map(Free::digest).toList()))
                .param(locks.stream().mapToInt(Free::most).toArray())
                .param(Database.timestamp(now.minus(grace)))
                .query(Candidate.class)
                .list();
    }

    /** Locks these lanes, given in lock order, also those that somebody owns: he may be giving one back with the old due time. */
    void lockLanes(Collection<UUID> sorted) {
        database.sql("""
                        SELECT l.lane_id
                          FROM unnest(?::uuid[]) WITH ORDINALITY AS k (lane_id, place)
                         CROSS JOIN LATERAL (
                               SELECT lane_id
                                 FROM lanekeeper.lane
                                WHERE lane_id = k.lane_id
                                  FOR UPDATE) AS l
                        """).param(Database.uuids(sorted)).query(UUID.class).list();
    }

    /** Makes these due as they were before they waited, whatever else they wait for; their lanes are locked. */
    void wake(List<Candidate> candidates, Instant now) {
        database.sql("""
                        WITH woken AS (
                             UPDATE lanekeeper.lock_waiter
                                SET woken_at = ?
                              WHERE item_id = ANY (?::bigint[]) AND woken_at IS NULL
                             RETURNING item_id, due_before),
                        due AS (
                             UPDATE lanekeeper.lane_item AS i
                                SET due_at = least(i.due_at, w.due_before)
                               FROM woken AS w
                              WHERE i.item_id = w.item_id
                             RETURNING i.lane_id, i.due_at)
                        UPDATE lanekeeper.lane AS l
                           SET due_at = least(l.due_at, d.due_at)
                          FROM due AS d
                         WHERE l.lane_id = d.lane_id AND l.owner_run IS NULL
                        """)
                .param(Database.timestamp(now))
                .param(candidates.stream()
                        .mapToLong(Candidate::itemId)
                        .distinct()
                        .toArray())
                .update();
    }

    /** Sweeps up what items have left that wait no more; tells how many it were. */
    int forget(int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.lock_waiter
                         WHERE ctid = ANY (ARRAY(
                               SELECT w.ctid
                                 FROM lanekeeper.lock_waiter AS w
                                WHERE NOT EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = w.item_id)
                                LIMIT ?
                                  FOR UPDATE SKIP LOCKED))
                        """).param(most).update();
    }
}

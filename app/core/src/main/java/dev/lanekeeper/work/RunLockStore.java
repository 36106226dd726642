package dev.lanekeeper.work;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code run_lock}. A row that is held counts only while its lane is owned in its epoch: whatever frees the lane, frees the
 * lock, and a row that was left behind harms nobody.
 */
final class RunLockStore {

    private final Database database;

    RunLockStore(Database database) {
        this.database = database;
    }

    /**
     * Lets nobody else decide about these locks until the transaction ends; a statement of its own, so that what is read after it
     * is as the one before has left it. Comes before all lanes.
     */
    void lock(Collection<UUID> digests) {
        database.sql("SELECT pg_advisory_xact_lock(k.number) FROM unnest(?::bigint[]) AS k (number)")
                .param(digests.stream()
                        .mapToLong(UUID::getMostSignificantBits)
                        .distinct()
                        .sorted()
                        .toArray())
                .query((row, n) -> n)
                .list();
    }

    /**
     * How a lock stands in the eyes of one item.
     *
     * @param held by how many others
     * @param dead rows that hold nothing any more
     * @param holder the item that has had it longest; {@code null} when nobody has it
     * @param ahead how many wait for it who come first; counted up to a hundred beyond the limit, without those who have not come
     *     although they were woken or wanted to look for themselves
     * @param waited whether the item has been entered among those who wait
     * @param owned whether the lane is still the run's
     */
    record Standing(int place, int held, int dead, @Nullable Long holder, int ahead, boolean waited, boolean owned) {}

    /** The standing of each need, in their order; to be asked under {@link #lock}. */
    List<Standing> standings(Taker asker, List<LockNeed> needs, Instant now, Duration grace) {
        var at = Database.timestamp(now);
        var lane = asker.lane();
        var itemId = asker.item().itemId();
        return database.sql("""
                        SELECT n.place, held.held, held.dead, held.holder, ahead.ahead,
                               EXISTS (SELECT FROM lanekeeper.lock_waiter AS m WHERE m.item_id = ?) AS waited,
                               EXISTS (SELECT
                                         FROM lanekeeper.lane AS l
                                        WHERE l.lane_id = ? AND l.epoch = ? AND l.owner_run = ?) AS owned
                          FROM unnest(?::uuid[], ?::int[]) WITH ORDINALITY AS n (digest, most, place)
                         CROSS JOIN LATERAL (
                               SELECT count(*) FILTER (WHERE r.counts) AS held,
                                      count(*) FILTER (WHERE NOT r.counts) AS dead,
                                      min(r.item_id) FILTER (WHERE r.counts) AS holder
                                 FROM (SELECT o.item_id,
                                              CASE WHEN o.expires_at IS NOT NULL THEN o.expires_at > ?
                                                   ELSE o.lane_id <> ? AND EXISTS (
                                                        SELECT
                                                          FROM lanekeeper.lane AS l
                                                         WHERE l.lane_id = o.lane_id AND l.epoch = o.epoch
                                                           AND l.owner_run IS NOT NULL)
                                              END AS counts
                                         FROM lanekeeper.run_lock AS o
                                        WHERE o.digest = n.digest) AS r) AS held
                         CROSS JOIN LATERAL (
                               SELECT count(*) AS ahead
                                 FROM (SELECT
                                         FROM lanekeeper.lock_waiter AS w
                                        WHERE w.digest = n.digest
                                          AND w.ticket < coalesce((
                                              SELECT min(m.ticket)
                                                FROM lanekeeper.lock_waiter AS m
                                               WHERE m.item_id = ?), 9223372036854775807)
                                          AND EXISTS (
                                              SELECT
                                                FROM lanekeeper.lane_item AS i
                                                JOIN lanekeeper.lane AS l ON l.lane_id = i.lane_id
                                               WHERE i.item_id = w.item_id AND l.parked_at IS NULL
                                                 AND coalesce(w.woken_at, i.due_at) > ?)
                                        LIMIT n.most + 100) AS first) AS ahead
                         ORDER BY n.place
                        """)
                .param(itemId)
                .param(lane.laneId())
                .param(lane.epoch())
                .param(asker.run().runId())
                .param(Database.uuids(needs.stream().map(LockNeed::digest).toList()))
                .param(needs.stream().mapToInt(LockNeed::most).toArray())
                .param(at)
                .param(lane.laneId())
                .param(itemId)
                .param(Database.timestamp(now.minus(grace)))
                .query(Standing.class)
                .list();
    }

    /** Who asks for locks, or takes them. */
    record Taker(Run run, OwnedLane lane, WaitingItem item) {}

    /**
     * Gives all of them to an item.
     *
     * @return the fencing token
     */
    long take(Taker taker, List<LockNeed> needs, Instant now) {
        return database.sql("""
                        WITH drawn AS MATERIALIZED (SELECT nextval('lanekeeper.lane_epoch') AS token)
                        INSERT INTO lanekeeper.run_lock (
                               digest, token, name, lane_id, epoch, item_id, handler_id, node_id, most, taken_at, expires_at)
                        SELECT k.digest, drawn.token, k.name, ?, ?, ?, ?, ?, k.most, now.instant,
                               now.instant + k.per * interval '1 microsecond'
                          FROM drawn
                         CROSS JOIN (SELECT ?::timestamptz AS instant) AS now
                         CROSS JOIN unnest(?::uuid[], ?::text[], ?::int[], ?::bigint[]) AS k (digest, name, most, per)
                        RETURNING token
                        """)
                .param(taker.lane().laneId())
                .param(taker.lane().epoch())
                .param(taker.item().itemId())
                .param(taker.item().handlerId())
                .param(taker.run().nodeId())
                .param(Database.timestamp(now))
                .param(Database.uuids(needs.stream().map(LockNeed::digest).toList()))
                .param(needs.stream().map(n -> Texts.safe(n.name())).toArray(String[]::new))
                .param(needs.stream().mapToInt(LockNeed::most).toArray())
                .param(needs.stream()
                        .map(n -> n.per() == null ? null : n.per().toNanos() / 1_000)
                        .toArray(Long[]::new))
                .query(Long.class)
                .list()
                .get(0);
    }

    /** When enough starts are forgotten for the next one, after {@code skipped} of them. */
    @Nullable
    Instant expiry(UUID digest, Instant now, int skipped) {
        return database
                .sql("""
                        SELECT expires_at
                          FROM lanekeeper.run_lock
                         WHERE digest = ? AND expires_at > ?
                         ORDER BY expires_at
                        OFFSET ?
                         LIMIT 1
                        """)
                .param(digest)
                .param(Database.timestamp(now))
                .param(skipped)
                .query(OffsetDateTime.class)
                .list()
                .stream()
                .findFirst()
                .map(OffsetDateTime::toInstant)
                .orElse(null);
    }

    /** Deletes rows of these locks that hold nothing, those of the asking lane among them; under {@link #lock}. */
    void forgetDead(Collection<UUID> digests, UUID laneId, Instant now) {
        database.sql("""
                        DELETE FROM lanekeeper.run_lock AS r
                         WHERE r.digest = ANY (?::uuid[])
                           AND CASE WHEN r.expires_at IS NOT NULL THEN r.expires_at <= ?
                                    ELSE r.lane_id = ? OR NOT EXISTS (
                                         SELECT
                                           FROM lanekeeper.lane AS l
                                          WHERE l.lane_id = r.lane_id AND l.epoch = r.epoch AND l.owner_run IS NOT NULL)
                               END
                        """)
                .param(Database.uuids(digests))
                .param(Database.timestamp(now))
                .param(laneId)
                .update();
    }

    /** Deletes starts that were taken with this token, and were none; tells how many. */
    int takeBack(Collection<UUID> digests, long token) {
        return database.sql("DELETE FROM lanekeeper.run_lock WHERE digest = ANY (?::uuid[]) AND token = ?")
                .param(Database.uuids(digests))
                .param(token)
                .update();
    }

    /** A row that a lane has held. */
    record Freed(UUID laneId, UUID digest, int most) {}

    /** Deletes what these lanes hold in these epochs. */
    List<Freed> free(List<OwnedLane> lanes) {
        return database.sql("""
                        DELETE FROM lanekeeper.run_lock AS r
                         USING unnest(?::uuid[], ?::bigint[]) AS k (lane_id, epoch)
                         WHERE r.lane_id = k.lane_id AND r.epoch = k.epoch AND r.expires_at IS NULL
                        RETURNING r.lane_id, r.digest, r.most
                        """)
                .param(Database.uuids(lanes.stream().map(OwnedLane::laneId).toList()))
                .param(lanes.stream().mapToLong(OwnedLane::epoch).toArray())
                .query(Freed.class)
                .list();
    }

    /** How many of these locks a lane still has. */
    int count(OwnedLane lane, Collection<UUID> digests) {
        return database.sql("""
                        SELECT count(*)
                          FROM lanekeeper.run_lock
                         WHERE lane_id = ? AND epoch = ? AND digest = ANY (?::uuid[]) AND expires_at IS NULL
                        """)
                .param(lane.laneId())
                .param(lane.epoch())
                .param(Database.uuids(digests))
                .query(Integer.class)
                .single();
    }

    /** What these lanes hold, in whatever epoch. */
    List<Freed> heldBy(Collection<UUID> laneIds) {
        return database.sql("""
                        SELECT lane_id, digest, most
                          FROM lanekeeper.run_lock
                         WHERE lane_id = ANY (?::uuid[]) AND expires_at IS NULL
                        """)
                .param(Database.uuids(laneIds))
                .query(Freed.class)
                .list();
    }

    /** Whether there are rows of those who hold locks, or who wait for them; a look that costs next to nothing. */
    boolean isAnythingLeft() {
        return database.sql("""
                        SELECT EXISTS (SELECT FROM lanekeeper.run_lock) OR EXISTS (SELECT FROM lanekeeper.lock_waiter)
                        """).query(Boolean.class).single();
    }

    /** Sweeps up rows of all locks that hold nothing; tells how many it were. */
    int forget(Instant now, int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.run_lock
                         WHERE ctid = ANY (ARRAY(
                               SELECT r.ctid
                                 FROM lanekeeper.run_lock AS r
                                WHERE CASE WHEN r.expires_at IS NOT NULL THEN r.expires_at <= ?
                                           ELSE NOT EXISTS (
                                                SELECT
                                                  FROM lanekeeper.lane AS l
                                                 WHERE l.lane_id = r.lane_id AND l.epoch = r.epoch AND l.owner_run IS NOT NULL)
                                      END
                                LIMIT ?
                                  FOR UPDATE SKIP LOCKED))
                        """).param(Database.timestamp(now)).param(most).update();
    }
}

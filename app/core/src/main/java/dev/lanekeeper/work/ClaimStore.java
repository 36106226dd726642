package dev.lanekeeper.work;

import dev.lanekeeper.work.UniqueStore.Taking;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Writes {@code unique_claim}: which lock an item had, or wanted, that has failed, was rejected or discarded, so that it takes it
 * again when a person retries it. Locks that are held until they expire are not among them, since they outlast their items anyway.
 */
final class ClaimStore {

    private final Database database;
    private final UniqueStore locks;

    ClaimStore(Database database) {
        this.database = database;
        this.locks = new UniqueStore(database);
    }

    /** Of items that this transaction has stored as ended. */
    void keep(List<Taking> wanted) {
        var kept = wanted.stream()
                .filter(t -> !UniqueStore.isHeldUntilItExpires(t.claim().rule().lock()))
                .toList();
        if (kept.isEmpty()) {
            return;
        }
        database.sql("""
                        INSERT INTO lanekeeper.unique_claim (item_id, digest, handler_id, lock, unique_key, most, expires_at)
                        SELECT k.item_id, k.digest, k.handler_id, k.lock, k.unique_key, k.most,
                               'epoch'::timestamptz + k.expires_at * interval '1 microsecond'
                          FROM unnest(?::bigint[], ?::uuid[], ?::int[], ?::smallint[], ?::text[], ?::int[], ?::bigint[])
                               AS k (item_id, digest, handler_id, lock, unique_key, most, expires_at)
                            ON CONFLICT (item_id) DO NOTHING
                        """)
                .param(kept.stream().mapToLong(Taking::holderId).toArray())
                .param(Database.uuids(kept.stream().map(t -> t.claim().digest()).toList()))
                .param(kept.stream().mapToInt(Taking::handlerId).toArray())
                .param(kept.stream()
                        .map(t -> UniqueStore.code(t.claim().rule().lock()))
                        .toArray(Short[]::new))
                .param(kept.stream().map(t -> Texts.indexable(t.claim().key())).toArray(String[]::new))
                .param(kept.stream().mapToInt(t -> t.claim().rule().limit()).toArray())
                .param(kept.stream()
                        .map(t -> t.expiresAt() == null ? null : Database.micros(t.expiresAt()))
                        .toArray(Long[]::new))
                .update();
    }

    /** An item takes the claim of the scheduled job that it is kept in place of. */
    void inherit(long itemId, long jobId) {
        database.sql("""
                        INSERT INTO lanekeeper.unique_claim (item_id, digest, handler_id, lock, unique_key, most, expires_at)
                        SELECT ?, digest, handler_id, lock, unique_key, most, expires_at
                          FROM lanekeeper.unique_lock
                         WHERE holder_id = ? AND lock <> 3
                            ON CONFLICT (item_id) DO NOTHING
                        """).param(itemId).param(jobId).update();
    }

    /**
     * Lets nobody else decide about the keys of these finished items until the transaction ends; comes before all lanes.
     *
     * @return whether any of them has a claim
     */
    boolean lock(Collection<Long> itemIds) {
        var ids = itemIds.stream().mapToLong(Long::longValue).toArray();
        var digests = database.sql("""
                        SELECT digest
                          FROM lanekeeper.unique_claim
                         WHERE item_id = ANY (?::bigint[])
                         UNION
                        SELECT digest
                          FROM lanekeeper.unique_lock
                         WHERE holder_id = ANY (?::bigint[]) AND lock <> 3
                        """).param(ids).param(ids).query(UUID.class).list();
        if (!digests.isEmpty()) {
            locks.lock(digests);
        }
        return !digests.isEmpty();
    }

    /**
     * Gives reopened items, whose keys and lanes are locked, their locks again, the first ones first, as far as others leave room.
     *
     * @return those that wait without a lock, since others have it; they may ask for it again the next time
     */
    Set<Long> take(Collection<Long> itemIds, Instant now) {
        locks.putAside(itemIds);
        return new HashSet<>(database.sql("""
                        WITH wanted AS (
                             SELECT *, row_number() OVER (PARTITION BY digest ORDER BY item_id) AS place
                               FROM lanekeeper.unique_claim
                              WHERE item_id = ANY (?::bigint[]) AND (expires_at IS NULL OR expires_at > ?)),
                        taken AS (
                             INSERT INTO lanekeeper.unique_lock (
                                    digest, holder_id, handler_id, lock, unique_key, taken_at, most, expires_at)
                             SELECT w.digest, w.item_id, w.handler_id, w.lock, w.unique_key, ?, w.most, w.expires_at
                               FROM wanted AS w
                              WHERE w.most >= w.place + (
                                    SELECT count(*)
                                      FROM lanekeeper.unique_lock AS o
                                     WHERE o.digest = w.digest
                                       AND o.released_at IS NULL
                                       AND (o.expires_at IS NULL OR o.expires_at > ?)
                                       AND (o.lock = 3
                                            OR EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = o.holder_id)
                                            OR EXISTS (SELECT FROM lanekeeper.scheduled_job AS s WHERE s.job_id = o.holder_id)))
                             RETURNING holder_id),
                        settled AS (
                             DELETE FROM lanekeeper.unique_claim AS c
                              USING taken AS t
                              WHERE c.item_id = t.holder_id)
                        SELECT item_id
                          FROM wanted
                         WHERE item_id NOT IN (SELECT holder_id FROM taken)
                        """)
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .param(Database.timestamp(now))
                .param(Database.timestamp(now))
                .param(Database.timestamp(now))
                .query(Long.class)
                .list());
    }

    /** Items that nobody can retry any more. */
    void forget(long[] itemIds) {
        database.sql("DELETE FROM lanekeeper.unique_claim WHERE item_id = ANY (?::bigint[])")
                .param(itemIds)
                .update();
    }
}

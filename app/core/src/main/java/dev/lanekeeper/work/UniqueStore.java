package dev.lanekeeper.work;

import dev.lanekeeper.api.job.Unique.Lock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code unique_lock}. A row counts only while its holder waits in a lane or is scheduled, or, if it is held until it
 * expires, until then; so there is no way to lose a lock's owner and keep the lock, and rows that hold nothing harm nobody.
 */
public final class UniqueStore {

    /** As {@code unique_lock.lock} has it. */
    private static final int UNTIL_EXECUTING = 1;

    private static final int UNTIL_EXECUTED = 2;
    private static final int UNTIL_EXPIRED = 3;

    private final Database database;

    public UniqueStore(Database database) {
        this.database = database;
    }

    /**
     * Lets nobody else decide about this key until the transaction ends; a statement of its own, so that what is read after it is as
     * the one before has left it. Comes before all lanes.
     */
    void lock(UUID digest) {
        database.sql("SELECT pg_advisory_xact_lock(?)")
                .param(digest.getMostSignificantBits())
                .query()
                .singleRow();
    }

    /**
     * Who holds a lock.
     *
     * @param waitsIn the lane in which it waits; {@code null} when it is scheduled, or has left its lock behind until it expires
     */
    record Holder(
            long holderId,
            int handlerId,
            boolean scheduled,
            @Nullable UUID waitsIn) {}

    /** Those that hold the lock now, the longest first. */
    List<Holder> holders(UUID digest, Instant now) {
        return database.sql("""
                        SELECT u.holder_id, u.handler_id, s.job_id IS NOT NULL AS scheduled, i.lane_id AS waits_in
                          FROM lanekeeper.unique_lock AS u
                          LEFT JOIN LATERAL (
                               SELECT lane_id
                                 FROM lanekeeper.lane_item
                                WHERE item_id = u.holder_id
                                LIMIT 1) AS i ON true
                          LEFT JOIN LATERAL (
                               SELECT job_id
                                 FROM lanekeeper.scheduled_job
                                WHERE job_id = u.holder_id
                                LIMIT 1) AS s ON true
                         WHERE u.digest = ?
                           AND u.released_at IS NULL
                           AND (u.expires_at IS NULL OR u.expires_at > ?)
                           AND (u.lock = ? OR i.lane_id IS NOT NULL OR s.job_id IS NOT NULL)
                         ORDER BY u.taken_at, u.holder_id
                        """)
                .param(digest)
                .param(Database.timestamp(now))
                .param(UNTIL_EXPIRED)
                .query(Holder.class)
                .list();
    }

    /** Gives the lock to a job that this transaction has stored, and sweeps up what nobody holds any more. */
    void take(UniqueClaim claim, int handlerId, long holderId, Instant now, @Nullable Instant expiresAt) {
        forgetDead(claim.digest(), now);
        database.sql("""
                        INSERT INTO lanekeeper.unique_lock (
                               digest, holder_id, handler_id, lock, unique_key, taken_at, most, expires_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                        """)
                .param(claim.digest())
                .param(holderId)
                .param(handlerId)
                .param(code(claim.rule().lock()))
                .param(Texts.safe(claim.key()))
                .param(Database.timestamp(now))
                .param(claim.rule().limit())
                .param(expiresAt == null ? null : Database.timestamp(expiresAt))
                .update();
    }

    private static int code(Lock lock) {
        return switch (lock) {
            case UNTIL_EXECUTING, UNTIL_AND_WHILE_EXECUTING -> UNTIL_EXECUTING;
            case UNTIL_EXECUTED -> UNTIL_EXECUTED;
            case UNTIL_EXPIRED -> UNTIL_EXPIRED;
            case WHILE_EXECUTING -> throw new IllegalArgumentException("such a lock is taken by runs alone");
        };
    }

    /** Rows whose holder is finished: no other transaction wants them, so nobody waits for nobody. */
    private void forgetDead(UUID digest, Instant now) {
        database.sql("""
                        DELETE FROM lanekeeper.unique_lock AS u
                         WHERE u.digest = ?
                           AND (u.lock <> ? OR u.expires_at <= ?)
                           AND NOT EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = u.holder_id)
                           AND NOT EXISTS (SELECT FROM lanekeeper.scheduled_job AS s WHERE s.job_id = u.holder_id)
                        """)
                .param(digest)
                .param(UNTIL_EXPIRED)
                .param(Database.timestamp(now))
                .update();
    }

    /** Scheduled jobs have become items. */
    void rename(List<Long> jobIds, List<Long> itemIds) {
        database.sql("""
                        UPDATE lanekeeper.unique_lock AS u
                           SET holder_id = k.item_id
                          FROM unnest(?::bigint[], ?::bigint[]) AS k (job_id, item_id)
                         WHERE u.holder_id = k.job_id
                        """)
                .param(jobIds.stream().mapToLong(Long::longValue).toArray())
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .update();
    }

    /** The handler of this item is about to be called: others may be enqueued from now on, if its lock is one of that kind. */
    public void executing(long itemId, Instant now) {
        database.sql("""
                        UPDATE lanekeeper.unique_lock
                           SET released_at = ?
                         WHERE holder_id = ? AND lock = ? AND released_at IS NULL
                        """)
                .param(Database.timestamp(now))
                .param(itemId)
                .param(UNTIL_EXECUTING)
                .update();
    }

    /**
     * Gives the locks back to items whose attempt has failed, as far as nobody has them or is about to; waits for nobody, since the
     * items' lanes are locked already.
     */
    void retake(Collection<Long> itemIds) {
        database.sql("""
                        UPDATE lanekeeper.unique_lock AS u
                           SET released_at = NULL
                         WHERE u.holder_id = ANY (?::bigint[])
                           AND u.released_at IS NOT NULL
                           AND pg_try_advisory_xact_lock(('x' || left(replace(u.digest::text, '-', ''), 16))::bit(64)::bigint)
                           AND u.most > (
                               SELECT count(*)
                                 FROM lanekeeper.unique_lock AS o
                                WHERE o.digest = u.digest AND o.holder_id <> u.holder_id AND o.released_at IS NULL
                                  AND (EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = o.holder_id)
                                       OR EXISTS (SELECT FROM lanekeeper.scheduled_job AS s WHERE s.job_id = o.holder_id)))
                        """)
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .update();
    }

    /** These are finished, or will never be done. */
    void release(Collection<Long> holderIds) {
        database.sql("DELETE FROM lanekeeper.unique_lock WHERE holder_id = ANY (?::bigint[]) AND lock <> ?")
                .param(holderIds.stream().mapToLong(Long::longValue).toArray())
                .param(UNTIL_EXPIRED)
                .update();
    }

    /** Another takes the holder's place, whatever kind of lock it had. */
    void remove(long holderId) {
        database.sql("DELETE FROM lanekeeper.unique_lock WHERE holder_id = ?")
                .param(holderId)
                .update();
    }

    /** Sweeps up expired rows of all keys, and rows that hold nothing; tells how many it were. */
    public int forget(Instant now, int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.unique_lock
                         WHERE ctid = ANY (ARRAY(
                               SELECT u.ctid
                                 FROM lanekeeper.unique_lock AS u
                                WHERE (u.lock <> ? OR u.expires_at <= ?)
                                  AND NOT EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = u.holder_id)
                                  AND NOT EXISTS (SELECT FROM lanekeeper.scheduled_job AS s WHERE s.job_id = u.holder_id)
                                LIMIT ?
                                  FOR UPDATE SKIP LOCKED))
                        """)
                .param(UNTIL_EXPIRED)
                .param(Database.timestamp(now))
                .param(most)
                .update();
    }
}

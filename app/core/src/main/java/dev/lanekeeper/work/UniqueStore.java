package dev.lanekeeper.work;

import dev.lanekeeper.api.job.Unique.Lock;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code unique_lock}. A row counts only while its holder waits in a lane or is scheduled, or, if it is held until it
 * expires, until then; so there is no way to lose a lock's owner and keep the lock, and rows that hold nothing harm nobody.
 */
public final class UniqueStore {

    /** As {@code unique_lock.lock} has it. */
    private static final short UNTIL_EXECUTING = 1;

    private static final short UNTIL_EXECUTED = 2;
    private static final short UNTIL_EXPIRED = 3;

    /** Takes rows away; what may be retried by hand keeps its claim. */
    private static final String PUT_ASIDE = """
                        WITH gone AS (
                             DELETE FROM lanekeeper.unique_lock AS u
                              WHERE %s
                             RETURNING holder_id, digest, handler_id, lock, unique_key, most, expires_at,
                                       released_at IS NULL AS held),
                        kept AS (
                             INSERT INTO lanekeeper.unique_claim (
                                    item_id, digest, handler_id, lock, unique_key, most, expires_at)
                             SELECT g.holder_id, g.digest, g.handler_id, g.lock, g.unique_key, g.most, g.expires_at
                               FROM gone AS g
                              WHERE g.lock <> 3 AND %s
                                 ON CONFLICT (item_id) DO NOTHING)
                        SELECT holder_id, unique_key, held
                          FROM gone
                        """;

    private static final String IS_REOPENABLE =
            "EXISTS (SELECT FROM lanekeeper.outcome AS o WHERE o.item_id = g.holder_id AND o.state IN (2, 3, 4))";

    private static final String IS_DEAD = """
            NOT EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = u.holder_id)
                                AND NOT EXISTS (SELECT FROM lanekeeper.scheduled_job AS s WHERE s.job_id = u.holder_id)""";

    private static final String FORGET_EXPIRING =
            PUT_ASIDE.formatted("u.digest = ANY (?::uuid[]) AND u.expires_at <= ? AND " + IS_DEAD, IS_REOPENABLE);
    private static final String FORGET_DEAD = PUT_ASIDE.formatted(
            "u.digest = ANY (?::uuid[]) AND (u.lock <> 3 OR u.expires_at <= ?) AND " + IS_DEAD, IS_REOPENABLE);
    private static final String FORGET = PUT_ASIDE.formatted("""
            u.ctid = ANY (ARRAY(
                                    SELECT u.ctid
                                      FROM lanekeeper.unique_lock AS u
                                     WHERE (u.lock <> 3 OR u.expires_at <= ?)
                                       AND %s
                                     LIMIT ?
                                       FOR UPDATE SKIP LOCKED))""".formatted(IS_DEAD), IS_REOPENABLE);
    private static final String RELEASE =
            PUT_ASIDE.formatted("u.holder_id = ANY (?::bigint[]) AND u.lock <> 3", "g.holder_id = ANY (?::bigint[])");
    private static final String REMOVE = PUT_ASIDE.formatted("u.holder_id = ANY (?::bigint[])", IS_REOPENABLE);

    private final Database database;

    public UniqueStore(Database database) {
        this.database = database;
    }

    /**
     * Lets nobody else decide about these keys until the transaction ends; a statement of its own, so that what is read after it is as
     * the one before has left it. Comes before all lanes, and all keys that a transaction ever locks come in this one statement.
     */
    void lock(Collection<UUID> digests) {
        database.sql("SELECT pg_advisory_xact_lock(k.key) FROM unnest(?::bigint[]) AS k (key)")
                .param(digests.stream()
                        .mapToLong(UUID::getMostSignificantBits)
                        .distinct()
                        .sorted()
                        .toArray())
                .query((row, n) -> n)
                .list();
    }

    /**
     * Who holds a lock.
     *
     * @param waitsIn the lane in which it waits; {@code null} when it is scheduled, or has left its lock behind until it expires
     * @param owned whether a run works on that lane
     */
    record Holder(
            UUID digest,
            long holderId,
            int handlerId,
            boolean scheduled,
            @Nullable UUID waitsIn,
            boolean owned,
            @Nullable Instant expiresAt) {

        /** Whether it may be changed: nobody has begun with it, or is about to. */
        boolean isAtRest() {
            return scheduled || (waitsIn != null && !owned);
        }
    }

    /** Those that hold these locks now, the longest first. */
    Map<UUID, List<Holder>> holders(Collection<UUID> digests, Instant now) {
        // OFFSET 0 leaves only the indexes that know the digest: in a join, or in an order, others look as good to a
        // planner that takes the table for small.
        return database
                .sql("""
                        SELECT u.digest, u.holder_id, u.handler_id, s.job_id IS NOT NULL AS scheduled, i.lane_id AS waits_in,
                               coalesce(l.owned, false) AS owned, u.expires_at
                          FROM unnest(?::uuid[]) WITH ORDINALITY AS k (digest, place)
                         CROSS JOIN LATERAL (
                               SELECT digest, holder_id, handler_id, lock, taken_at, expires_at
                                 FROM lanekeeper.unique_lock
                                WHERE digest = k.digest
                                  AND released_at IS NULL
                                  AND (expires_at IS NULL OR expires_at > ?)
                               OFFSET 0) AS u
                          LEFT JOIN LATERAL (
                               SELECT lane_id
                                 FROM lanekeeper.lane_item
                                WHERE item_id = u.holder_id
                                LIMIT 1) AS i ON true
                          LEFT JOIN LATERAL (
                               SELECT owner_run IS NOT NULL AS owned
                                 FROM lanekeeper.lane
                                WHERE lane_id = i.lane_id) AS l ON true
                          LEFT JOIN LATERAL (
                               SELECT job_id
                                 FROM lanekeeper.scheduled_job
                                WHERE job_id = u.holder_id
                                LIMIT 1) AS s ON true
                         WHERE u.lock = ? OR i.lane_id IS NOT NULL OR s.job_id IS NOT NULL
                         ORDER BY k.place, u.taken_at, u.holder_id
                        """)
                .param(Database.uuids(digests))
                .param(Database.timestamp(now))
                .param(UNTIL_EXPIRED)
                .query(UniqueStore::holder)
                .list()
                .stream()
                .collect(Collectors.groupingBy(Holder::digest));
    }

    private static Holder holder(ResultSet row, int number) throws SQLException {
        var expiresAt = row.getObject("expires_at", OffsetDateTime.class);
        return new Holder(
                row.getObject("digest", UUID.class),
                row.getLong("holder_id"),
                row.getInt("handler_id"),
                row.getBoolean("scheduled"),
                row.getObject("waits_in", UUID.class),
                row.getBoolean("owned"),
                expiresAt == null ? null : expiresAt.toInstant());
    }

    /** A lock for one that this transaction has stored. */
    record Taking(
            UniqueClaim claim,
            int handlerId,
            long holderId,
            @Nullable Instant expiresAt) {}

    /** Gives locks to those that this transaction has stored, and sweeps up what nobody holds of them any more. */
    void take(List<Taking> takings, Instant now) {
        if (takings.isEmpty()) {
            return;
        }
        forgetDead(takings, now);
        database.sql("""
                        INSERT INTO lanekeeper.unique_lock (
                               digest, holder_id, handler_id, lock, unique_key, taken_at, most, expires_at)
                        SELECT k.digest, k.holder_id, k.handler_id, k.lock, k.unique_key, ?, k.most,
                               'epoch'::timestamptz + k.expires_at * interval '1 microsecond'
                          FROM unnest(?::uuid[], ?::bigint[], ?::int[], ?::smallint[], ?::text[], ?::int[], ?::bigint[])
                               AS k (digest, holder_id, handler_id, lock, unique_key, most, expires_at)
                        """)
                .param(Database.timestamp(now))
                .param(Database.uuids(
                        takings.stream().map(t -> t.claim().digest()).toList()))
                .param(takings.stream().mapToLong(Taking::holderId).toArray())
                .param(takings.stream().mapToInt(Taking::handlerId).toArray())
                .param(takings.stream().map(t -> code(t.claim().rule().lock())).toArray(Short[]::new))
                .param(takings.stream()
                        .map(t -> Texts.indexable(t.claim().key()))
                        .toArray(String[]::new))
                .param(takings.stream().mapToInt(t -> t.claim().rule().limit()).toArray())
                .param(takings.stream()
                        .map(t -> t.expiresAt() == null ? null : Database.micros(t.expiresAt()))
                        .toArray(Long[]::new))
                .update();
    }

    static boolean isHeldUntilItExpires(Lock lock) {
        return code(lock) == UNTIL_EXPIRED;
    }

    static short code(Lock lock) {
        return switch (lock) {
            case UNTIL_EXECUTING, UNTIL_AND_WHILE_EXECUTING -> UNTIL_EXECUTING;
            case UNTIL_EXECUTED -> UNTIL_EXECUTED;
            case UNTIL_EXPIRED -> UNTIL_EXPIRED;
            case WHILE_EXECUTING -> throw new IllegalArgumentException("such a lock is taken by runs alone");
        };
    }

    /** Rows whose holder is finished: no other transaction wants them, so nobody waits for nobody. */
    private void forgetDead(List<Taking> takings, Instant now) {
        var expiring = digests(takings, lock -> lock == Lock.UNTIL_EXPIRED);
        if (expiring.length > 0) {
            gone(FORGET_EXPIRING, expiring, Database.timestamp(now));
        }
        var others = digests(takings, lock -> lock != Lock.UNTIL_EXPIRED);
        if (others.length > 0) {
            gone(FORGET_DEAD, others, Database.timestamp(now));
        }
    }

    private record Gone(long holderId, String uniqueKey, boolean held) {}

    private List<Gone> gone(String statement, Object... params) {
        return database.sql(statement).params(params).query(Gone.class).list();
    }

    private static String[] digests(List<Taking> takings, Predicate<Lock> of) {
        return takings.stream()
                .filter(t -> of.test(t.claim().rule().lock()))
                .map(t -> t.claim().digest().toString())
                .distinct()
                .toArray(String[]::new);
    }

    /** Scheduled jobs have become items, and what was counted for them goes with them. */
    void rename(List<Long> jobIds, List<Long> itemIds) {
        database.sql("""
                        WITH renamed AS (
                             SELECT *
                               FROM unnest(?::bigint[], ?::bigint[]) AS k (job_id, item_id)),
                        counted AS (
                             UPDATE lanekeeper.unique_conflict AS c
                                SET holder_id = k.item_id
                               FROM renamed AS k
                              WHERE c.holder_id = k.job_id)
                        UPDATE lanekeeper.unique_lock AS u
                           SET holder_id = k.item_id
                          FROM renamed AS k
                         WHERE u.holder_id = k.job_id
                        """)
                .param(jobIds.stream().mapToLong(Long::longValue).toArray())
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .update();
    }

    /**
     * The handler of this item is about to be called: others may be enqueued from now on, if its lock is one of that kind.
     *
     * @return what it has given away; empty when it holds no lock of that kind
     */
    public Optional<Begun> executing(long itemId, Instant now) {
        return database
                .sql("""
                        UPDATE lanekeeper.unique_lock
                           SET released_at = ?
                         WHERE holder_id = ? AND lock = ? AND released_at IS NULL
                        RETURNING unique_key, renewed
                        """)
                .param(Database.timestamp(now))
                .param(itemId)
                .param(UNTIL_EXECUTING)
                .query(Begun.class)
                .list()
                .stream()
                .findFirst();
    }

    /**
     * A lock that was given away when its item was begun.
     *
     * @param renewed whether its payload may be another than it was when it was stored
     */
    public record Begun(String uniqueKey, boolean renewed) {}

    /**
     * Says that the payload of a waiting holder is another from this transaction on, and keeps the holder from being begun or
     * discarded until it ends; false when its handler has been called, or it waits no more.
     */
    boolean renew(Holder holder) {
        var held = database.sql("""
                                UPDATE lanekeeper.unique_lock
                                   SET renewed = true
                                 WHERE digest = ? AND holder_id = ? AND released_at IS NULL
                                """)
                        .param(holder.digest())
                        .param(holder.holderId())
                        .update()
                == 1;
        return held
                && database.sql("SELECT item_id FROM lanekeeper.lane_item WHERE item_id = ? FOR UPDATE")
                        .param(holder.holderId())
                        .query(Long.class)
                        .optional()
                        .isPresent();
    }

    /**
     * Gives the locks back to items whose attempt has failed, the oldest first, as far as others leave room and nobody is about to
     * decide about them; waits for nobody, since the items' lanes are locked already.
     */
    void retake(Collection<Long> itemIds, Instant now) {
        var digests = tryLockReleased(itemIds);
        if (!digests.isEmpty()) {
            retake(itemIds, digests, now);
        }
    }

    /** A statement of its own, so that the next sees what those have stored that had the keys before. */
    private List<UUID> tryLockReleased(Collection<Long> itemIds) {
        return database.sql("""
                        SELECT k.digest
                          FROM (SELECT DISTINCT digest
                                  FROM lanekeeper.unique_lock
                                 WHERE holder_id = ANY (?::bigint[]) AND released_at IS NOT NULL
                                OFFSET 0) AS k
                         WHERE pg_try_advisory_xact_lock(('x' || left(replace(k.digest::text, '-', ''), 16))::bit(64)::bigint)
                        """)
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .query(UUID.class)
                .list();
    }

    private void retake(Collection<Long> itemIds, List<UUID> digests, Instant now) {
        database.sql("""
                        WITH given AS (
                             SELECT digest, holder_id, most,
                                    row_number() OVER (PARTITION BY digest ORDER BY taken_at, holder_id) AS place
                               FROM lanekeeper.unique_lock
                              WHERE holder_id = ANY (?::bigint[])
                                AND digest = ANY (?::uuid[])
                                AND released_at IS NOT NULL
                                AND (expires_at IS NULL OR expires_at > ?))
                        UPDATE lanekeeper.unique_lock AS u
                           SET released_at = NULL
                          FROM given AS g
                         WHERE u.digest = g.digest
                           AND u.holder_id = g.holder_id
                           AND g.place + (
                               SELECT count(*)
                                 FROM lanekeeper.unique_lock AS o
                                WHERE o.digest = g.digest
                                  AND o.released_at IS NULL
                                  AND (o.expires_at IS NULL OR o.expires_at > ?)
                                  AND (o.lock = ?
                                       OR EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = o.holder_id)
                                       OR EXISTS (SELECT FROM lanekeeper.scheduled_job AS s WHERE s.job_id = o.holder_id)))
                               <= g.most
                        """)
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .param(Database.uuids(digests))
                .param(Database.timestamp(now))
                .param(Database.timestamp(now))
                .param(UNTIL_EXPIRED)
                .update();
    }

    /**
     * These are finished, or will never be done.
     *
     * @param reopenable those of them that a person may retry, and that keep their claims for then
     * @return the keys that were locked until now, by their holders
     */
    Map<Long, String> release(Collection<Long> holderIds, Collection<Long> reopenable) {
        return gone(RELEASE, ids(holderIds), ids(reopenable)).stream()
                .filter(Gone::held)
                .collect(Collectors.toMap(Gone::holderId, Gone::uniqueKey, (one, other) -> one));
    }

    /** What is left of the locks of finished items, which are reopened, becomes claims again. */
    void putAside(Collection<Long> itemIds) {
        release(itemIds, itemIds);
    }

    /** Others take the holders' places, whatever kind of lock they had. */
    void remove(Collection<Long> holderIds) {
        gone(REMOVE, (Object) ids(holderIds));
    }

    private static long[] ids(Collection<Long> ids) {
        return ids.stream().mapToLong(Long::longValue).toArray();
    }

    /** Sweeps up expired rows of all keys, and rows that hold nothing; tells how many it were. */
    public int forget(Instant now, int most) {
        return gone(FORGET, Database.timestamp(now), most).size();
    }
}

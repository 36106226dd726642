package dev.lanekeeper.work;

import dev.lanekeeper.work.LockWaiterStore.Free;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * The statements with which a person takes locks away; each in a transaction that holds no lane. Rows that hold nothing any more
 * are left to those who sweep up: nobody has been shown them.
 */
public final class LockChangeStore {

    /** Whether a row of {@code run_lock AS r} holds something, or is a start that still counts at a time. */
    private static final String COUNTS = """
                        CASE WHEN r.expires_at IS NOT NULL THEN r.expires_at > ?
                             ELSE EXISTS (
                                  SELECT
                                    FROM lanekeeper.lane AS l
                                   WHERE l.lane_id = r.lane_id AND l.epoch = r.epoch AND l.owner_run IS NOT NULL)
                        END""";

    private final Database database;
    private final RunLocks runLocks;

    public LockChangeStore(Database database) {
        this.database = database;
        this.runLocks = new RunLocks(database);
    }

    /**
     * What was taken away.
     *
     * @param keys what is locked no more
     * @param found how many there were; some may have been freed by their holders meanwhile
     * @param woken how many of those who waited may try now
     */
    public record Released(List<Key> keys, int found, int woken) {}

    /** A lock, by its name and by what all who need it know it by. */
    public record Key(String name, UUID digest) {}

    /** Takes an enqueue lock from the item, or the scheduled job, that has it. */
    public Released releaseEnqueueLock(UUID digest, long holderId) {
        var keys = database.sql("""
                        DELETE FROM lanekeeper.unique_lock AS u
                         WHERE u.digest = ? AND u.holder_id = ? AND u.released_at IS NULL
                           AND (u.expires_at IS NULL OR u.expires_at > ?)
                           AND (u.lock = 3
                                OR EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = u.holder_id)
                                OR EXISTS (SELECT FROM lanekeeper.scheduled_job AS s WHERE s.job_id = u.holder_id))
                        RETURNING u.unique_key AS name, u.digest
                        """)
                .param(digest)
                .param(holderId)
                .param(Database.timestamp(database.now()))
                .query(Key.class)
                .list();
        return new Released(keys, keys.size(), 0);
    }

    /** Takes a lock from the run that has it, whose result is refused then, and wakes whoever has waited longest. */
    public Released releaseRunLock(UUID digest, long token) {
        return release(List.of(new Held(digest, token)));
    }

    /** The same with so many enqueue locks whose keys match at most. */
    public Released releaseEnqueueLocks(LockPattern pattern, int most) {
        var keys = database.sql("""
                        DELETE FROM lanekeeper.unique_lock
                         WHERE ctid = ANY (ARRAY(
                               SELECT u.ctid
                                 FROM lanekeeper.unique_lock AS u
                                WHERE u.unique_key LIKE ? AND u.released_at IS NULL
                                  AND (u.expires_at IS NULL OR u.expires_at > ?)
                                  AND (u.lock = 3
                                       OR EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = u.holder_id)
                                       OR EXISTS (SELECT FROM lanekeeper.scheduled_job AS s WHERE s.job_id = u.holder_id))
                                ORDER BY u.unique_key
                                LIMIT ?
                                  FOR UPDATE))
                        RETURNING unique_key AS name, digest
                        """)
                .param(pattern.like())
                .param(Database.timestamp(database.now()))
                .param(most)
                .query(Key.class)
                .list();
        return new Released(keys, keys.size(), 0);
    }

    /** The same with locks of runs, and with starts that count for a rate. */
    public Released releaseRunLocks(LockPattern pattern, int most) {
        return release(database.sql("""
                        SELECT r.digest, r.token
                          FROM lanekeeper.run_lock AS r
                         WHERE r.name LIKE ?
                           AND %s
                         ORDER BY r.name, r.digest, r.token
                         LIMIT ?
                        """.formatted(COUNTS))
                .param(pattern.like())
                .param(Database.timestamp(database.now()))
                .param(most)
                .query(Held.class)
                .list());
    }

    private record Held(UUID digest, long token) {}

    private record Freed(UUID digest, String name, int most) {}

    /** No row is locked before its lock is: whoever records results comes in that order. */
    private Released release(List<Held> held) {
        if (held.isEmpty()) {
            return new Released(List.of(), 0, 0);
        }
        runLocks.lock(held.stream().map(Held::digest).toList());
        var now = database.now();
        var freed = delete(held, now);
        var woken = runLocks.wakeWithin(
                freed.stream().map(f -> new Free(f.digest(), f.most())).collect(Collectors.toSet()), now);
        var keys = freed.stream().map(f -> new Key(f.name(), f.digest())).toList();
        return new Released(keys, held.size(), woken);
    }

    private List<Freed> delete(List<Held> held, Instant now) {
        return database.sql("""
                        DELETE FROM lanekeeper.run_lock AS r
                         USING unnest(?::uuid[], ?::bigint[]) AS k (digest, token)
                         WHERE r.digest = k.digest AND r.token = k.token
                           AND %s
                        RETURNING r.digest, r.name, r.most
                        """.formatted(COUNTS))
                .param(Database.uuids(held.stream().map(Held::digest).toList()))
                .param(held.stream().mapToLong(Held::token).toArray())
                .param(Database.timestamp(now))
                .query(Freed.class)
                .list();
    }
}

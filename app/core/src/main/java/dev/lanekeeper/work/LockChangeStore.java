package dev.lanekeeper.work;

import dev.lanekeeper.work.LockWaiterStore.Free;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/** The statements with which a person takes locks away; each in a transaction that holds no lane. */
public final class LockChangeStore {

    private final Database database;
    private final RunLocks runLocks;

    public LockChangeStore(Database database) {
        this.database = database;
        this.runLocks = new RunLocks(database);
    }

    /**
     * What was taken away.
     *
     * @param names of the locks
     * @param found how many there were; some may have been freed by their holders meanwhile
     * @param woken how many of those who waited may try now
     */
    public record Released(List<String> names, int found, int woken) {}

    /** Takes an enqueue lock from the item, or the scheduled job, that has it. */
    public Released releaseEnqueueLock(UUID digest, long holderId) {
        var names = database.sql(
                        "DELETE FROM lanekeeper.unique_lock WHERE digest = ? AND holder_id = ? RETURNING unique_key")
                .param(digest)
                .param(holderId)
                .query(String.class)
                .list();
        return new Released(names, names.size(), 0);
    }

    /** Takes a lock from the run that has it, whose result is refused then, and wakes whoever has waited longest. */
    public Released releaseRunLock(UUID digest, long token) {
        return release(List.of(new Held(digest, token)));
    }

    /** The same with so many enqueue locks whose keys match at most. */
    public Released releaseEnqueueLocks(LockPattern pattern, int most) {
        var names = database.sql("""
                        DELETE FROM lanekeeper.unique_lock
                         WHERE ctid = ANY (ARRAY(
                               SELECT ctid
                                 FROM lanekeeper.unique_lock
                                WHERE unique_key LIKE ?
                                ORDER BY unique_key
                                LIMIT ?
                                  FOR UPDATE))
                        RETURNING unique_key
                        """)
                .param(pattern.like())
                .param(most)
                .query(String.class)
                .list();
        return new Released(names, names.size(), 0);
    }

    /** The same with locks of runs. */
    public Released releaseRunLocks(LockPattern pattern, int most) {
        return release(database.sql("""
                        SELECT digest, token
                          FROM lanekeeper.run_lock
                         WHERE name LIKE ?
                         ORDER BY name, digest, token
                         LIMIT ?
                        """)
                .param(pattern.like())
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
        var freed = delete(held);
        var woken = runLocks.wakeWithin(
                freed.stream().map(f -> new Free(f.digest(), f.most())).collect(Collectors.toSet()), database.now());
        return new Released(freed.stream().map(Freed::name).toList(), held.size(), woken);
    }

    private List<Freed> delete(List<Held> held) {
        return database.sql("""
                        DELETE FROM lanekeeper.run_lock AS r
                         USING unnest(?::uuid[], ?::bigint[]) AS k (digest, token)
                         WHERE r.digest = k.digest AND r.token = k.token
                        RETURNING r.digest, r.name, r.most
                        """)
                .param(Database.uuids(held.stream().map(Held::digest).toList()))
                .param(held.stream().mapToLong(Held::token).toArray())
                .query(Freed.class)
                .list();
    }
}

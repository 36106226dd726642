package dev.lanekeeper.work;

import java.util.List;
import java.util.UUID;

/** The statements with which a person takes locks away; each in a transaction that holds no lane. */
public final class LockChangeStore {

    private final Database database;

    public LockChangeStore(Database database) {
        this.database = database;
    }

    /** Takes an enqueue lock from the item, or the scheduled job, that has it; tells its key, or nothing if it has none. */
    public List<String> releaseEnqueueLock(UUID digest, long holderId) {
        return database.sql(
                        "DELETE FROM lanekeeper.unique_lock WHERE digest = ? AND holder_id = ? RETURNING unique_key")
                .param(digest)
                .param(holderId)
                .query(String.class)
                .list();
    }

    /** Takes a lock from the run that has it, whose result is refused then; tells its name, or nothing if it has none. */
    public List<String> releaseRunLock(UUID digest, long token) {
        return database.sql("DELETE FROM lanekeeper.run_lock WHERE digest = ? AND token = ? RETURNING name")
                .param(digest)
                .param(token)
                .query(String.class)
                .list();
    }

    /** The same with so many enqueue locks whose keys match at most; tells the keys. */
    public List<String> releaseEnqueueLocks(LockPattern pattern, int most) {
        return database.sql("""
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
    }

    /** The same with locks of runs. */
    public List<String> releaseRunLocks(LockPattern pattern, int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.run_lock
                         WHERE ctid = ANY (ARRAY(
                               SELECT ctid
                                 FROM lanekeeper.run_lock
                                WHERE name LIKE ?
                                ORDER BY name
                                LIMIT ?
                                  FOR UPDATE))
                        RETURNING name
                        """)
                .param(pattern.like())
                .param(most)
                .query(String.class)
                .list();
    }
}

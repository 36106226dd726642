package dev.lanekeeper.operations;

import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LockChangeStore;
import dev.lanekeeper.work.LockPattern;
import dev.lanekeeper.work.OperationStore;
import dev.lanekeeper.work.OperationStore.Operation;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What a person may do to locks: take them away from whoever has them.
 *
 * <p>Called from any thread, in no transaction.
 */
public final class LockOperations {

    private static final int PIECE = 500;

    private final Database database;
    private final LockChangeStore locks;
    private final OperationStore operations;

    public LockOperations(Database database) {
        this.database = database;
        this.locks = new LockChangeStore(database);
        this.operations = new OperationStore(database);
    }

    /** Others with its key may be stored from now on; the job that had the lock runs all the same. */
    public LockAnswer releaseEnqueueLock(UUID digest, long holderId, Operator by) {
        return released(release(by, () -> locks.releaseEnqueueLock(digest, holderId)));
    }

    /** Others may run with it; the result of the run that had it is refused, and its item runs again. */
    public LockAnswer releaseRunLock(UUID digest, long token, Operator by) {
        return released(release(by, () -> locks.releaseRunLock(digest, token)));
    }

    private static LockAnswer released(int locks) {
        return locks == 0 ? LockAnswer.NOT_FOUND : LockAnswer.RELEASED;
    }

    /**
     * All locks of both kinds whose keys match, in pieces of 500, each in a transaction with its lines of audit. A lock that is taken
     * while this goes on may be among them.
     *
     * @return how many they were
     */
    public int releaseAll(LockPattern pattern, Operator by) {
        return pieces(by, () -> locks.releaseEnqueueLocks(pattern, PIECE))
                + pieces(by, () -> locks.releaseRunLocks(pattern, PIECE));
    }

    private int pieces(Operator by, Supplier<List<String>> piece) {
        var all = 0;
        for (var released = PIECE; released == PIECE; all += released) {
            released = release(by, piece);
        }
        return all;
    }

    private int release(Operator by, Supplier<List<String>> step) {
        return database.inTransaction(() -> {
            database.guardLanes();
            var keys = step.get();
            keys.forEach(key -> operations.write(
                    new Operation(by.name(), "release", "lock:" + key, by.reason(), LockAnswer.RELEASED.name())));
            return keys.size();
        });
    }
}

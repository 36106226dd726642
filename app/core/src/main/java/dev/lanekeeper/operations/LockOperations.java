package dev.lanekeeper.operations;

import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LockChangeStore;
import dev.lanekeeper.work.LockChangeStore.Released;
import dev.lanekeeper.work.LockPattern;
import dev.lanekeeper.work.OperationStore;
import dev.lanekeeper.work.OperationStore.Operation;
import dev.lanekeeper.work.SignalStore;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * What a person may do to locks: take them away from whoever has them.
 *
 * <p>Called from any thread, in no transaction.
 */
public final class LockOperations {

    private static final int PIECE = 500;
    private static final String PERSON = "person";

    private final Database database;
    private final LockChangeStore locks;
    private final OperationStore operations;
    private final SignalStore signals;

    public LockOperations(Database database) {
        this.database = database;
        this.locks = new LockChangeStore(database);
        this.operations = new OperationStore(database);
        this.signals = new SignalStore(database);
    }

    /** Others with its key may be stored from now on; the job that had the lock runs all the same. */
    public LockAnswer releaseEnqueueLock(UUID digest, long holderId, Operator by) {
        return released(release(by, () -> locks.releaseEnqueueLock(digest, holderId)));
    }

    /**
     * Others may run with it, and whoever has waited longest is woken; the result of the run that had it is refused, and its item
     * runs again.
     */
    public LockAnswer releaseRunLock(UUID digest, long token, Operator by) {
        return released(release(by, () -> locks.releaseRunLock(digest, token)));
    }

    private static LockAnswer released(Released released) {
        return released.keys().isEmpty() ? LockAnswer.NOT_FOUND : LockAnswer.RELEASED;
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

    private int pieces(Operator by, Supplier<Released> piece) {
        var all = 0;
        Released released;
        do {
            released = release(by, piece);
            all += released.keys().size();
        } while (released.found() == PIECE);
        return all;
    }

    private static Operation line(LockChangeStore.Key key, Operator by) {
        return new Operation(
                by.name(), "release", "lock:" + key.name(), by.reason(), LockAnswer.RELEASED.name(), key.digest());
    }

    private Released release(Operator by, Supplier<Released> step) {
        var released = database.inTransaction(() -> {
            database.guardLanes();
            var done = step.get();
            done.keys().forEach(key -> operations.write(line(key, by)));
            return done;
        });
        if (released.woken() > 0) {
            signals.send(PERSON);
        }
        return released;
    }
}

package dev.lanekeeper.operations;

import dev.lanekeeper.operations.Journal.ChangedMeanwhile;
import dev.lanekeeper.work.BulkStore;
import dev.lanekeeper.work.BulkStore.Owned;
import dev.lanekeeper.work.Database;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works on bulk operations in the background of this node, one after the other, on a thread of its own: looks for one every
 * second, takes what no living node works on, and changes up to 500 items in a transaction, together with the note of how far
 * it is. So a node that dies has done each piece wholly or not at all, and the next one goes on with what is left.
 */
public final class BulkRunner {

    private static final Logger log = LoggerFactory.getLogger(BulkRunner.class);
    private static final int MOST = 500;
    private static final long LOOK_MILLIS = 1_000;

    private final Database database;
    private final BulkStore bulks;
    private final BulkStep step;
    private final LongSupplier nodeId;
    private @Nullable ScheduledExecutorService thread;
    private volatile boolean stopping;
    private @Nullable Long current;
    private int most = MOST;
    private boolean troubled;

    /** @param nodeId this node's current incarnation */
    public BulkRunner(Database database, Clock clock, LongSupplier nodeId) {
        this.database = database;
        this.bulks = new BulkStore(database, clock);
        this.step = new BulkStep(database, clock);
        this.nodeId = nodeId;
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task keeps what goes wrong in it to itself
    public void start() {
        stopping = false;
        var made = Executors.newSingleThreadScheduledExecutor(task -> {
            var daemon = new Thread(task, "lanekeeper-bulk");
            daemon.setDaemon(true);
            return daemon;
        });
        made.scheduleWithFixedDelay(this::work, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        thread = made;
    }

    /** Ends after the piece that is being done; another node goes on as soon as this one has signed off. */
    public void stop(Duration patience) {
        stopping = true;
        var ending = thread;
        if (ending == null) {
            return;
        }
        ending.shutdown();
        try {
            if (!ending.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                ending.shutdownNow();
            }
        } catch (InterruptedException e) {
            ending.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            while (!stopping && step()) {}
            troubled = false;
        } catch (RuntimeException e) {
            if (!troubled) {
                troubled = true;
                log.atWarn().setCause(e).log("A bulk operation cannot go on; it is tried again every second");
            }
        }
    }

    /** Does the next piece of work, on the caller's thread; false when there is none. */
    public boolean step() {
        var bulk = current;
        if (bulk == null) {
            current = bulks.claim(nodeId.getAsLong()).orElse(null);
            return current != null;
        }
        try {
            if (!database.inTransaction(() -> piece(bulk))) {
                current = null;
            }
            most = MOST;
        } catch (ChangedMeanwhile e) {
            // Somebody else changes the same items: smaller pieces meet them less often, and a single one in the end.
            most = Math.max(1, most / 5);
        }
        return true;
    }

    /** Whether there is more to do. */
    private boolean piece(long bulkId) {
        var owned = bulks.lockOwned(bulkId, nodeId.getAsLong()).orElse(null);
        if (owned == null) {
            return false;
        }
        if (!owned.collected() && !owned.cancelled()) {
            bulks.collect(bulkId);
            return true;
        }
        return !owned.cancelled() && changeSome(bulkId, owned) || finish(bulkId);
    }

    private boolean changeSome(long bulkId, Owned owned) {
        database.guardLanes();
        var targets = bulks.take(bulkId, most);
        if (targets.isEmpty()) {
            return false;
        }
        bulks.count(bulkId, step.change(owned, targets));
        return true;
    }

    private boolean finish(long bulkId) {
        bulks.finish(bulkId);
        log.atInfo().addKeyValue("bulk", bulkId).log("A bulk operation is over");
        return false;
    }
}

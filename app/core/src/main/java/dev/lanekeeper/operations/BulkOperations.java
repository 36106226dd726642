package dev.lanekeeper.operations;

import dev.lanekeeper.work.BulkProgress;
import dev.lanekeeper.work.BulkStore;
import dev.lanekeeper.work.BulkVerb;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.FailureFilter;
import dev.lanekeeper.work.OperationStore;
import dev.lanekeeper.work.OperationStore.Operation;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Retries or discards all failures that match a filter. It is written down and done in the background by some node, lane by
 * lane; when that node dies another one goes on. Whoever else changes the same items meanwhile, each is changed once.
 *
 * <p>Called from any thread, in no transaction; returns at once.
 */
public final class BulkOperations {

    private static final int RECENT = 50;

    private final Database database;
    private final BulkStore bulks;
    private final OperationStore operations;

    public BulkOperations(Database database, Clock clock) {
        this.database = database;
        this.bulks = new BulkStore(database, clock);
        this.operations = new OperationStore(database);
    }

    /**
     * Starts with what matches now; what fails later is left alone.
     *
     * @param reason in the person's words; that of the operator counts when it is {@code null}
     * @return by what {@link #progress} knows it
     */
    public long start(Operator by, BulkVerb verb, FailureFilter filter, @Nullable String reason) {
        var why = reason == null ? by.reason() : reason;
        return database.inTransaction(() -> {
            var id = bulks.start(verb, filter, by.name(), why);
            write(by, "bulk-" + key(verb), id, why, "STARTED");
            return id;
        });
    }

    /** Stops after the items that are being changed; what has been done stays done. False when it is over already. */
    public boolean cancel(Operator by, long id) {
        return database.inTransaction(() -> {
            var cancelled = bulks.cancel(id, by.name());
            write(by, "bulk-cancel", id, by.reason(), cancelled ? "CANCELLED" : "ALREADY_FINISHED");
            return cancelled;
        });
    }

    private void write(Operator by, String verb, long id, @Nullable String reason, String result) {
        operations.write(new Operation(by.name(), verb, "bulk:" + id, reason, result));
    }

    private static String key(BulkVerb verb) {
        return switch (verb) {
            case RETRY -> "retry";
            case DISCARD -> "discard";
        };
    }

    /** How far it is; empty when there is no such operation. */
    public Optional<BulkProgress> progress(long id) {
        return bulks.find(id);
    }

    /** The last ones, the newest first. */
    public List<BulkProgress> recent() {
        return bulks.recent(RECENT);
    }
}

package dev.lanekeeper.work;

import dev.lanekeeper.work.EntryWriter.Form;
import dev.lanekeeper.work.EntryWriter.Shape;
import dev.lanekeeper.work.EntryWriter.Written;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.UniqueBatch.NotReplaceable;
import java.time.Clock;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;

/**
 * Moves outbox entries into the corridor, each shard under its lock, in one transaction (T1): entries taken, lanes, items, in
 * this order. An entry leaves the outbox only with its items.
 *
 * <p>Called by the movers on their own threads. After it returns the transaction is committed.
 */
public final class EntryStorer {

    private static final Logger log = LoggerFactory.getLogger(EntryStorer.class);

    private final Database database;
    private final LaneStore lanes;
    private final NodeStore nodes;
    private final HandOver handOver;
    private final Expansion expansion;
    private final EntryWriter writer;
    private final Probe probe;

    /** Says of which handlers each entry becomes an item; calls no code of users. */
    public interface Expansion {

        /** In the order of the entries; at least one item for each. */
        List<EntryItem> items(List<OutboxRow> entries, List<Subscription> subscriptions);

        /** After the commit: a job with a claim was stored, or met another with the same key. */
        default void decided(UniqueClaim claim, StoredJob result) {}
    }

    public EntryStorer(Database database, HandOver handOver, Expansion expansion, Clock clock, Probe probe) {
        this.database = database;
        this.lanes = new LaneStore(database, clock);
        this.nodes = new NodeStore(database);
        this.handOver = handOver;
        this.expansion = expansion;
        this.writer = new EntryWriter(database, handOver, expansion, clock, probe);
        this.probe = probe;
    }

    /**
     * What is to be moved.
     *
     * @param entries how many at most, shared among the shards that can be locked
     * @param bytes how many bytes of content at most, likewise; at least one entry is taken of each shard
     * @param slot keeps the tally rows of concurrent movers of a node apart
     */
    public record Batch(long nodeId, int slot, Collection<Integer> shards, int entries, long bytes) {

        private Batch of(Collection<Integer> others, int fewer) {
            return new Batch(nodeId, slot, others, fewer, bytes);
        }
    }

    /**
     * What was moved.
     *
     * @param busy shards that somebody else was moving
     * @param unfinished shards that may have more
     * @param refused of the entries, those that the database refused and that were stored as failures instead
     */
    public record Moved(Set<Integer> busy, Set<Integer> unfinished, int entries, int items, int refused) {

        private Moved and(Moved next) {
            return new Moved(
                    union(busy, next.busy),
                    union(unfinished, next.unfinished),
                    entries + next.entries,
                    items + next.items,
                    refused + next.refused);
        }

        private static Set<Integer> union(Set<Integer> one, Set<Integer> other) {
            var both = new HashSet<>(one);
            both.addAll(other);
            return both;
        }
    }

    /**
     * Moves the first entries of these shards. What the database refuses is narrowed down until one entry stands alone; that
     * one is stored as a failure.
     *
     * @throws DataAccessException when the database is away; what was moved is no longer in the outbox
     */
    public Moved move(Batch batch) {
        try {
            return moveOnce(batch, Form.WHOLE, "");
        } catch (DataAccessException e) {
            if (!Database.isRefusal(e)) {
                throw e;
            }
            return narrow(batch, e);
        }
    }

    private Moved narrow(Batch batch, DataAccessException refusal) {
        if (batch.shards().size() > 1) {
            return batch.shards().stream()
                    .map(shard -> move(batch.of(List.of(shard), batch.entries())))
                    .reduce(Moved::and)
                    .orElseThrow();
        }
        return batch.entries() > 1 ? move(batch.of(batch.shards(), batch.entries() / 2)) : moveRefused(batch, refusal);
    }

    private Moved moveRefused(Batch batch, DataAccessException refusal) {
        var why = "the database refused to move this entry: "
                + NestedExceptionUtils.getMostSpecificCause(refusal).getMessage();
        log.atError()
                .addKeyValue("shard", batch.shards())
                .setCause(refusal)
                .log("The database refused an outbox entry; it is stored as a failure");
        try {
            return moveOnce(batch, Form.FAILED, why);
        } catch (DataAccessException again) {
            if (!Database.isRefusal(again)) {
                throw again;
            }
            return moveOnce(batch, Form.BARE, why);
        }
    }

    private Moved moveOnce(Batch batch, Form form, String why) {
        var workers = new ReservedWorkers(handOver, lanes, nodes);
        Written written;
        try {
            written = writeUntouched(batch, workers, new Shape(form, why));
        } catch (RuntimeException | Error e) {
            workers.release();
            throw e;
        }
        probe.reached(Step.STORE_COMMITTED);
        workers.start(written.owned());
        probe.reached(Step.HANDED_OVER);
        written.decided().forEach(d -> expansion.decided(d.claim(), d.result()));
        return written.moved();
    }

    /** Begins anew without touching those that are found to be at work when they were to be replaced. */
    private Written writeUntouched(Batch batch, ReservedWorkers workers, Shape shape) {
        var untouchable = new HashSet<Long>();
        while (true) {
            try {
                return database.inTransaction(() -> {
                    workers.release();
                    return writer.write(batch, workers, shape, untouchable);
                });
            } catch (NotReplaceable e) {
                untouchable.add(e.holderId());
            }
        }
    }
}

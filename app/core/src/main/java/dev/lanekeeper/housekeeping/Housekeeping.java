package dev.lanekeeper.housekeeping;

import dev.lanekeeper.housekeeping.Round.Result;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.HistoryStore;
import dev.lanekeeper.work.PurgeStore;
import dev.lanekeeper.work.PurgeStore.Piece;
import dev.lanekeeper.work.PurgeStore.Terms;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * Deletes rows whose time is over, on one node at a time and while work goes on: pieces of a few thousand rows, each in a
 * transaction of its own that waits for no other, and after each a rest as long as the piece took, of a second at most.
 *
 * <p>{@link #sweep} is called once a day by the schedule, and may be called by anybody at any time, on any thread, in no
 * transaction.
 */
public final class Housekeeping {

    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    /** At 64 bytes each; with room for shorter ones of later releases. */
    private static final int IDENTITIES_IN_A_BLOCK = 128;

    private final Database database;
    private final Clock clock;
    private final LongSupplier nodeId;
    private final Retention retention;
    private final HousekeepingStore rounds;
    private final PurgeStore items;
    private final HistoryStore history;
    private final @Nullable HousekeepingMeters meters;
    private final Rest rest = new Rest();

    /** @param nodeId this node's current incarnation */
    public Housekeeping(
            Database database,
            Clock clock,
            LongSupplier nodeId,
            Retention retention,
            @Nullable HousekeepingMeters meters) {
        this.database = database;
        this.clock = clock;
        this.nodeId = nodeId;
        this.retention = retention;
        this.rounds = new HousekeepingStore(database, clock);
        this.items = new PurgeStore(database, clock);
        this.history = new HistoryStore(database, clock);
        this.meters = meters;
    }

    /**
     * Deletes all that is old enough, however long that takes.
     *
     * @return what was done, also when it has failed, of which nothing is thrown; empty when some living node is at it
     * @throws org.springframework.dao.DataAccessException when not even the begin can be written down
     */
    public Optional<Round> sweep() {
        return sweepFor(Instant.MAX);
    }

    /** The same unless a round was begun since then, on any node. */
    Optional<Round> sweepFor(Instant due) {
        var id = rounds.begin(nodeId.getAsLong(), due).orElse(null);
        if (id == null) {
            log.debug("Some other node deletes old rows, or has just done so");
            return Optional.empty();
        }
        var sweep = new Sweep(database, rounds, rest, id);
        try {
            sweepAll(sweep);
            return Optional.of(finish(id, sweep, Result.DONE, null));
        } catch (Sweep.Ended e) {
            return Optional.of(finish(id, sweep, e.result(), null));
        } catch (RuntimeException e) {
            return Optional.of(finish(id, sweep, Result.FAILED, e));
        }
    }

    private void sweepAll(Sweep sweep) {
        var now = clock.instant();
        var identitiesBefore = new HashMap<Integer, Instant>();
        for (var handler : items.handlers()) {
            var keptSince = sweepItems(sweep, handler, now);
            var before = Retention.before(now, retention.identities());
            identitiesBefore.put(handler, keptSince.isBefore(before) ? keptSince : before);
        }
        if (retention.identities() != null) {
            sweepIdentities(sweep, identitiesBefore);
        }
        sweepHistory(sweep, now);
    }

    /** @return when the oldest item was stored that stays and is no failure; now when none does */
    private Instant sweepItems(Sweep sweep, int handler, Instant now) {
        var terms = new Terms(
                Retention.before(now, retention.events()),
                Retention.before(now, retention.outbox()),
                Retention.before(now, retention.payloads()));
        var keptSince = now;
        var after = 0L;
        while (true) {
            var from = after;
            var found = sweep.batch(() -> sweepPiece(handler, from, terms));
            if (found.isEmpty()) {
                return keptSince;
            }
            var piece = found.get();
            keptSince =
                    piece.keptSince() != null && piece.keptSince().isBefore(keptSince) ? piece.keptSince() : keptSince;
            if (piece.isLast()) {
                return keptSince;
            }
            after = piece.last();
        }
    }

    private Sweep.Batch<Optional<Piece>> sweepPiece(int handler, long after, Terms terms) {
        var found = items.next(handler, after, terms, retention.batchSize());
        return new Sweep.Batch<>(found.map(piece -> delete(piece, terms)).orElse(Swept.NOTHING), found);
    }

    private Swept delete(Piece piece, Terms terms) {
        var payloads = items.removePayloads(piece, terms);
        var purged = items.purge(piece, terms, retention.archive());
        return Swept.items(purged.items(), purged.attempts(), purged.archived(), payloads);
    }

    /** Block by block: no more rows fit into one than would make a batch too large. */
    private void sweepIdentities(Sweep sweep, Map<Integer, Instant> before) {
        var step = Math.max(1, retention.batchSize() / IDENTITIES_IN_A_BLOCK);
        var blocks = history.identityBlocks();
        for (var block = 0L; block < blocks; block += step) {
            var from = block;
            sweep.delete(() -> Swept.identities(history.forgetIdentities(from, from + step, before)));
        }
    }

    private void sweepHistory(Sweep sweep, Instant now) {
        var most = retention.batchSize();
        if (retention.tallies() != null) {
            var before = Retention.before(now, retention.tallies());
            sweep.all(() -> Swept.tallies(history.foldTallies(before, most)));
        }
        if (retention.requests() != null) {
            var before = Retention.before(now, retention.requests());
            sweep.all(() -> Swept.requests(history.forgetRequests(before, most)));
            sweep.all(() -> Swept.requests(history.forgetJobRequests(before, most)));
        }
        if (retention.operations() != null) {
            var before = Retention.before(now, retention.operations());
            sweep.all(() -> Swept.operations(history.forgetOperations(before, most)));
            sweep.all(() -> Swept.operations(history.forgetSettingChanges(before, most)));
            sweep.all(() -> Swept.operations(history.forgetBulkOperations(before, most)));
            sweep.all(() -> Swept.operations(rounds.forget(before, most)));
        }
    }

    private Round finish(long id, Sweep sweep, Result result, @Nullable RuntimeException error) {
        var cause = error == null
                ? null
                : NestedExceptionUtils.getMostSpecificCause(error).toString();
        rounds.finish(id, result, sweep.longest(), cause);
        var round = rounds.find(id);
        if (meters != null) {
            meters.count(round);
        }
        (error == null ? log.atInfo() : log.atError().setCause(error))
                .addKeyValue("result", result.text())
                .addKeyValue("rows", round.swept().byName())
                .addKeyValue("batches", round.batches())
                .addKeyValue("longest", sweep.longest())
                .log(
                        error == null
                                ? "Old rows were deleted"
                                : "Old rows could not all be deleted; the next time goes on");
        return round;
    }

    /** The last rounds of all nodes, the newest first; the first one may still go on. */
    public List<Round> recent(int most) {
        return rounds.recent(most);
    }

    /** Lets rounds begin, also after a stop. */
    public void start() {
        rest.begin();
    }

    /** Ends the round after the piece that it is at, and lets none begin any more. */
    public void stop() {
        rest.end();
    }
}

package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.DuplicateListener;
import dev.lanekeeper.work.EntryStorer;
import dev.lanekeeper.work.HandOver;
import dev.lanekeeper.work.OutboxStore;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.SealedEntries;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * The door from the outbox on this node: started once the node may store, stopped before anything else is. All methods may be
 * called from any thread.
 */
public final class OutboxMovers {

    private final List<Mover> movers;
    private final DirtyShards dirty;

    /** What the movers find in the corridor. */
    public record Environment(
            Database database,
            HandOver handOver,
            LongSupplier nodeId,
            RegisteredHandlers handlers,
            DuplicateListener listener,
            Clock clock,
            Probe probe) {}

    public OutboxMovers(MoverSettings settings, Environment environment, DirtyShards dirty) {
        this.dirty = dirty;
        var unclaimed = environment.handlers().number(UnclaimedEntries.ID);
        var definition = Objects.requireNonNull(environment.handlers().find(unclaimed));
        var storer = new EntryStorer(
                environment.database(),
                environment.handOver(),
                new EntryHandlers(
                        new EntryHandlers.Leftovers(
                                unclaimed, definition.lanes().group()),
                        environment.listener(),
                        new SealedEntries(environment.database().seal())),
                environment.clock(),
                environment.probe());
        var means = new Mover.Means(storer, new OutboxStore(environment.database()), dirty, environment.nodeId());
        this.movers = IntStream.range(0, settings.threads())
                .mapToObj(number -> new Mover(number, settings, means))
                .toList();
    }

    public void start() {
        movers.forEach(Mover::start);
    }

    /**
     * Ends after what is being moved is committed.
     *
     * @return whether all ended in time
     */
    public boolean stop(Duration within) {
        var deadline = System.nanoTime() + within.toNanos();
        movers.forEach(Mover::stop);
        dirty.close();
        var ended = true;
        for (var mover : movers) {
            ended &= mover.join(Duration.ofNanos(deadline - System.nanoTime()));
        }
        return ended;
    }

    /** What each mover of this node is doing. */
    public List<MoverStatus> status() {
        return movers.stream().map(Mover::status).toList();
    }
}

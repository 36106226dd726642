package dev.lanekeeper.work;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.work.ItemResult.FailedAttempt;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.LaneStore.Locked;
import dev.lanekeeper.work.LaneStore.Release;
import dev.lanekeeper.work.LockWaiterStore.Free;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.RequestStore.Discarded;
import dev.lanekeeper.work.RescueStore.Orphan;
import dev.lanekeeper.work.RescueStore.Struck;
import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frees the lanes of nodes that died. A node is dead when its row has not been renewed for a while by the database's clock;
 * never because of a host name or the age of a run.
 *
 * <p>Called every two seconds by nodes that have been alive themselves for long enough to judge.
 */
public class NodeRescuer {

    private static final Logger log = LoggerFactory.getLogger(NodeRescuer.class);

    /** A recorded start without a result is a strike; the third makes the item FAILED. */
    static final int STRIKES = 3;

    private final Database database;
    private final NodeStore nodes;
    private final RescueStore rescues;
    private final LaneStore lanes;
    private final OutcomeStore outcomes;
    private final AttemptStore attempts;
    private final RequestStore requests;
    private final TallyStore tallies;
    private final RunLocks locks;
    private final UniqueStore uniqueLocks;
    private final Clock clock;
    private final Probe probe;
    private final int chunk;

    /** @param chunk how many items of a lane may have been started without their results being recorded */
    public NodeRescuer(Database database, Clock clock, Probe probe, int chunk) {
        this.database = database;
        this.nodes = new NodeStore(database);
        this.rescues = new RescueStore(database);
        this.lanes = new LaneStore(database, clock);
        this.outcomes = new OutcomeStore(database);
        this.attempts = new AttemptStore(database);
        this.requests = new RequestStore(database);
        this.tallies = new TallyStore(database, clock);
        this.locks = new RunLocks(database);
        this.uniqueLocks = new UniqueStore(database);
        this.clock = clock;
        this.probe = probe;
        this.chunk = chunk;
    }

    /** What a rescue did: nodes that were declared dead, lanes that were freed, items that were given up as killers. */
    public record Rescued(List<Long> deadNodes, int lanes, List<Finished> workersLost) {}

    /** Declares silent nodes dead and frees their lanes, and those of nodes that are gone already. */
    public Rescued rescue(long self, Duration silence) {
        var freed = new HashSet<Free>();
        var rescued = rescue(self, silence, freed);
        wake(freed);
        return rescued;
    }

    /** What is rescued is rescued: who is not woken looks again after some seconds. */
    private void wake(Set<Free> freed) {
        try {
            locks.wakeAll(freed, clock.instant());
        } catch (RuntimeException e) {
            log.atWarn().setCause(e).log("Those who wait for locks of lanes that were freed could not be woken");
        }
    }

    /** With the lanes their locks are free; who waits for them is woken after the commit, since locks come before lanes. */
    private Rescued rescue(long self, Duration silence, Set<Free> freed) {
        return database.inTransaction(() -> {
            freed.clear();
            database.guardLanes();
            var dead = nodes.deleteSilent(self, silence);
            if (!dead.isEmpty()) {
                probe.reached(Step.RESCUE_NODE_DELETED);
            }
            var orphaned = rescues.orphanedLanes();
            freed.addAll(locks.freedWith(orphaned.stream().map(Orphan::laneId).toList()));
            var rescued = orphaned.isEmpty() ? new Rescued(dead, 0, List.of()) : free(self, dead, orphaned);
            probe.reached(Step.RESCUE_BEFORE_COMMIT);
            return rescued;
        });
    }

    private Rescued free(long self, List<Long> dead, Collection<Orphan> orphaned) {
        var locked = rescues.lockOrphaned(orphaned.stream()
                .sorted(Comparator.comparing(Orphan::laneId, LaneIds.LOCK_ORDER))
                .toList());
        var ids = locked.stream().map(Locked::laneId).toList();
        var struck =
                rescues.strike(ids).stream().filter(s -> s.strikes() >= STRIKES).toList();
        var givenUp = new ArrayList<Finished>();
        var removed = giveUp(struck, givenUp);
        var discarded = discardAsAsked(locked);
        discarded.forEach(d -> removed.merge(d.laneId(), 1, Integer::sum));
        count(self, struck, discarded);
        rescues.suspect(ids, chunk);
        retakeLocks(ids);
        settle(locked, removed);
        return new Rescued(dead, locked.size(), givenUp);
    }

    /** Items that have taken a worker with them too often. */
    private Map<UUID, Integer> giveUp(List<Struck> struck, List<Finished> givenUp) {
        var removed = new HashMap<UUID, Integer>();
        struck.stream()
                .collect(Collectors.groupingBy(s -> new Run(s.nodeId(), s.runId())))
                .forEach((run, group) -> {
                    var results = group.stream().map(this::workerLost).toList();
                    outcomes.finish(run, group.stream().map(Struck::laneId).toList(), results)
                            .forEach(r -> removed.merge(r.laneId(), 1, Integer::sum));
                    attempts.insert(run, results);
                    givenUp.addAll(results);
                });
        return removed;
    }

    /** What people asked of items whose run has died, and which nobody else would answer. */
    private List<Discarded> discardAsAsked(List<Locked> locked) {
        var stopped = locked.stream()
                .filter(Locked::stopRequested)
                .map(Locked::laneId)
                .toList();
        return stopped.isEmpty() ? List.of() : requests.apply(stopped, clock.instant());
    }

    private void count(long self, List<Struck> struck, List<Discarded> discarded) {
        var tallyOf = new HashMap<Integer, Tally>();
        struck.forEach(s -> tallyOf.computeIfAbsent(s.handlerId(), Tally::new)
                .add(Count.FAILED, 1)
                .add(Count.FAILED_ATTEMPTS, 1));
        discarded.forEach(
                d -> tallyOf.computeIfAbsent(d.handlerId(), Tally::new).add(Count.DISCARDED, 1));
        tallies.add(self, TallyStore.PEOPLE, tallyOf.values());
    }

    private Finished workerLost(Struck item) {
        var now = clock.instant();
        var message =
                "the worker process died %d times while it handled this item; its last start is on record, its end is not"
                        .formatted(item.strikes());
        var attempt =
                new FailedAttempt(item.attempts() + 1, "WorkerLost", message, "WorkerLost: " + message, "WorkerLost");
        return new Finished(
                item.itemId(),
                item.handlerId(),
                null,
                State.FAILED,
                item.attempts() + 1,
                now,
                now,
                new Outcome.Ack(null, null, null, null),
                message,
                "WorkerLost",
                true,
                false,
                attempt);
    }

    /** As when a failed attempt is recorded, which nobody has done for these. */
    private void retakeLocks(List<UUID> lanes) {
        var begun = rescues.begunWithoutTheirLocks(lanes, chunk);
        if (!begun.isEmpty()) {
            uniqueLocks.retake(begun, clock.instant());
        }
    }

    private void settle(List<Locked> locked, Map<UUID, Integer> removed) {
        var empty = locked.stream()
                .filter(l -> l.waiting() == removed.getOrDefault(l.laneId(), 0) && !l.parked())
                .map(Locked::laneId)
                .toList();
        if (!empty.isEmpty()) {
            rescues.close(empty);
        }
        var released = locked.stream()
                .filter(l -> !empty.contains(l.laneId()))
                .map(l -> new Release(l.laneId(), l.waiting() - removed.getOrDefault(l.laneId(), 0), true, null, null))
                .toList();
        if (!released.isEmpty()) {
            lanes.release(released);
        }
    }
}

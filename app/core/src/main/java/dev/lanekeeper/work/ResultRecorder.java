package dev.lanekeeper.work;

import dev.lanekeeper.work.ConflictStore.Loss;
import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.ItemResult.Postponed;
import dev.lanekeeper.work.ItemResult.Retry;
import dev.lanekeeper.work.ItemStore.Found;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.LaneStore.Bundled;
import dev.lanekeeper.work.LaneStore.Locked;
import dev.lanekeeper.work.LaneStore.Release;
import dev.lanekeeper.work.LockWaiterStore.Candidate;
import dev.lanekeeper.work.LockWaiterStore.Free;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.Recorded.Blocked;
import dev.lanekeeper.work.RunLocks.Freed;
import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Records what runs did, in one transaction (T2): locks the lanes that are still theirs, moves finished items to their
 * outcomes, postpones failed ones, and in later statements closes, keeps or gives back the lanes.
 *
 * <p>Called by runs on workers' threads, and by whoever gives lanes back for them.
 */
public class ResultRecorder {

    private final Database database;
    private final LaneStore lanes;
    private final ItemStore items;
    private final OutcomeStore outcomes;
    private final AttemptStore attempts;
    private final RequestStore requests;
    private final TallyStore tallies;
    private final UniqueStore locks;
    private final ConflictStore conflicts;
    private final RunLocks runLocks;
    private volatile boolean forgetsWaiters;
    private final IntPredicate hasLocks;
    private final Clock clock;
    private final Probe probe;

    /** For handlers whose jobs are not unique, or for giving lanes back. */
    public ResultRecorder(Database database, Clock clock, Probe probe) {
        this(database, handler -> false, clock, probe);
    }

    /** @param hasLocks whether items of the handler of that number may hold locks */
    public ResultRecorder(Database database, IntPredicate hasLocks, Clock clock, Probe probe) {
        this.database = database;
        this.lanes = new LaneStore(database, clock);
        this.items = new ItemStore(database);
        this.outcomes = new OutcomeStore(database);
        this.attempts = new AttemptStore(database);
        this.requests = new RequestStore(database);
        this.tallies = new TallyStore(database, clock);
        this.locks = new UniqueStore(database);
        this.conflicts = new ConflictStore(database);
        this.runLocks = new RunLocks(database);
        this.hasLocks = hasLocks;
        this.clock = clock;
        this.probe = probe;
    }

    /** Records in a transaction of its own. */
    public Recorded record(Run run, int slot, List<LaneResult> results) {
        var recorded = database.inTransaction(() -> recordWithin(run, slot, results));
        probe.reached(Step.RECORD_COMMITTED);
        return recorded;
    }

    /** Records in the caller's transaction, as its last step. */
    public Recorded recordWithin(Run run, int slot, List<LaneResult> results) {
        probe.reached(Step.RECORD_BEGUN);
        database.guardLanes();
        var freed = runLocks.free(results, clock.instant());
        var locked = lock(run, results, freed);
        probe.reached(Step.RECORD_LANES_LOCKED);
        var ours = results.stream()
                .filter(r -> locked.containsKey(r.lane().laneId()))
                .map(freed::without)
                .toList();
        var recorded = write(run, slot, ours, locked, lost(results, locked, freed));
        probe.reached(Step.RECORD_BEFORE_COMMIT);
        return recorded.wokenToo(freed.woken().size());
    }

    /** From now on items may have waited for locks of other applications, which leave no other trace. */
    public void forgetsWaiters() {
        forgetsWaiters = true;
    }

    /** The locks that lanes hold of which nobody remembers anything. */
    public Map<UUID, List<UUID>> locksOf(Collection<UUID> laneIds) {
        return runLocks.heldBy(laneIds);
    }

    /** Wakes those who wait for locks that nobody holds any more; in a transaction of its own. */
    public int wake(Collection<UUID> digests) {
        return runLocks.wakeAll(digests.stream().map(d -> new Free(d, 1)).toList(), clock.instant());
    }

    /** Whether a person has taken some of these locks away from a lane. */
    public boolean hasLost(OwnedLane lane, List<UUID> digests) {
        return runLocks.count(lane, digests) < digests.size();
    }

    /** The lanes of those who wait for what is freed now come in the same order as all others. */
    private Map<UUID, Locked> lock(Run run, List<LaneResult> results, Freed freed) {
        var own = results.stream().map(LaneResult::lane);
        if (freed.woken().isEmpty()) {
            return byId(lanes.lockOwned(run.runId(), sorted(own)));
        }
        var ids = results.stream().map(r -> r.lane().laneId()).collect(Collectors.toSet());
        var others = freed.woken().stream()
                .map(Candidate::laneId)
                .filter(id -> !ids.contains(id))
                .distinct()
                .map(id -> new OwnedLane(id, -1, 0, false, null));
        var locked = byId(lanes.lockOwnedAndOthers(run.runId(), sorted(Stream.concat(own, others))));
        runLocks.wake(freed.woken(), clock.instant());
        locked.keySet().retainAll(ids);
        return locked;
    }

    private static List<OwnedLane> sorted(Stream<OwnedLane> all) {
        return all.sorted(Comparator.comparing(OwnedLane::laneId, LaneIds.LOCK_ORDER))
                .toList();
    }

    private static Map<UUID, Locked> byId(List<Locked> locked) {
        return locked.stream().collect(Collectors.toMap(Locked::laneId, l -> l));
    }

    /** Of these nothing is recorded: others own the lane by now, or somebody has taken its locks away. */
    private static List<LaneResult> lost(List<LaneResult> results, Map<UUID, Locked> locked, Freed freed) {
        return results.stream()
                .filter(r -> !locked.containsKey(r.lane().laneId()) || freed.isRefused(r))
                .toList();
    }

    private Recorded write(Run run, int slot, List<LaneResult> ours, Map<UUID, Locked> locked, List<LaneResult> lost) {
        var change = new Change();
        finish(run, ours, change);
        postpone(ours, change);
        putOff(ours, change);
        discardAsAsked(ours, locked, change);
        moveAlone(ours, change);
        settleLocks(ours, change);
        countAttempts(run, ours, lost, change);
        countRefusals(ours, change);
        var recorded = settle(ours, locked, lost, change);
        tallies.add(run.nodeId(), slot, change.tallies.values());
        return recorded;
    }

    /** What this transaction has done so far; an item that was not found in its lane any more has changed nothing. */
    private static final class Change {

        private final Set<Long> found = new HashSet<>();
        private final Map<UUID, Integer> removed = new HashMap<>();
        private final Set<Long> missing = new HashSet<>();
        private final Set<Long> discarded = new HashSet<>();
        private final List<Blocked> blocked = new ArrayList<>();
        private final Map<Integer, Tally> tallies = new HashMap<>();
        private final Map<Long, String> unlocked = new HashMap<>();

        void remove(UUID laneId) {
            removed.merge(laneId, 1, Integer::sum);
        }

        Tally tally(int handlerId) {
            return tallies.computeIfAbsent(handlerId, Tally::new);
        }
    }

    private void finish(Run run, List<LaneResult> ours, Change change) {
        var laneIds = new ArrayList<UUID>();
        var finished = new ArrayList<Finished>();
        for (var result : ours) {
            for (var item : result.results()) {
                if (item instanceof Finished f) {
                    laneIds.add(result.lane().laneId());
                    finished.add(f);
                }
            }
        }
        if (finished.isEmpty()) {
            return;
        }
        outcomes.finish(run, laneIds, finished).forEach(f -> {
            change.found.add(f.itemId());
            change.remove(f.laneId());
        });
        finished.stream()
                .filter(f -> change.found.contains(f.itemId()))
                .forEach(f -> change.tally(f.handlerId()).add(Tally.of(f.state()), 1));
        if (forgetsWaiters) {
            runLocks.forgetWaiters(change.found);
        }
        var losers = finished.stream().filter(f -> f.lostTo() != null).toList();
        if (!losers.isEmpty()) {
            outcomes.loseTo(losers);
        }
    }

    private void postpone(List<LaneResult> ours, Change change) {
        var laneIds = new ArrayList<UUID>();
        var retries = new ArrayList<Retry>();
        for (var result : ours) {
            for (var item : result.results()) {
                if (item instanceof Retry r) {
                    laneIds.add(result.lane().laneId());
                    retries.add(r);
                }
            }
        }
        if (!retries.isEmpty()) {
            items.postpone(laneIds, retries).forEach(f -> change.found.add(f.itemId()));
        }
    }

    private void putOff(List<LaneResult> ours, Change change) {
        var laneIds = new ArrayList<UUID>();
        var untried = new ArrayList<Postponed>();
        for (var result : ours) {
            for (var item : result.results()) {
                if (item instanceof Postponed p) {
                    laneIds.add(result.lane().laneId());
                    untried.add(p);
                }
            }
        }
        if (!untried.isEmpty()) {
            items.putOff(laneIds, untried).forEach(f -> change.found.add(f.itemId()));
        }
    }

    private void discardAsAsked(List<LaneResult> ours, Map<UUID, Locked> locked, Change change) {
        var stopped = ours.stream()
                .filter(r -> r.next() != Next.HOLD)
                .map(r -> r.lane().laneId())
                .filter(id -> Objects.requireNonNull(locked.get(id)).stopRequested())
                .toList();
        if (stopped.isEmpty()) {
            return;
        }
        requests.apply(stopped, clock.instant()).forEach(d -> {
            change.discarded.add(d.itemId());
            change.remove(d.laneId());
            change.tally(d.handlerId()).add(Count.DISCARDED, 1);
        });
    }

    /** A bundled item that failed holds up no other: it waits in a lane of its own. */
    private void moveAlone(List<LaneResult> ours, Change change) {
        var alone = new ArrayList<Bundled>();
        var from = new ArrayList<Found>();
        for (var result : ours) {
            for (var item : result.results()) {
                var dueAt = dueAgain(item);
                if (result.lane().bundle()
                        && dueAt != null
                        && change.found.contains(item.itemId())
                        && !change.discarded.contains(item.itemId())) {
                    alone.add(new Bundled(LaneIds.bundle(clock), item.itemId(), item.handlerId(), dueAt));
                    from.add(new Found(result.lane().laneId(), item.itemId()));
                }
            }
        }
        if (!alone.isEmpty()) {
            lanes.addBlocked(alone);
            items.moveAlone(alone.stream().map(Bundled::laneId).toList(), from);
            from.forEach(f -> change.remove(f.laneId()));
            alone.forEach(b -> change.blocked.add(new Blocked(b.laneId(), b.dueAt())));
        }
    }

    private static @Nullable Instant dueAgain(ItemResult result) {
        if (result instanceof Retry retry) {
            return retry.dueAt();
        }
        return result instanceof Postponed postponed ? postponed.dueAt() : null;
    }

    /** Finished items lose their locks; those that are tried again get back what they had given away. */
    private void settleLocks(List<LaneResult> ours, Change change) {
        var finished = new ArrayList<Long>();
        var reopenable = new ArrayList<Long>();
        var again = new ArrayList<Long>();
        for (var result : ours) {
            for (var item : result.results()) {
                if (!(item instanceof Postponed)
                        && hasLocks.test(item.handlerId())
                        && change.found.contains(item.itemId())) {
                    (item instanceof Finished ? finished : again).add(item.itemId());
                    if (item instanceof Finished end && isReopenable(end.state())) {
                        reopenable.add(item.itemId());
                    }
                }
            }
        }
        if (!finished.isEmpty()) {
            change.unlocked.putAll(locks.release(finished, reopenable));
        }
        if (!again.isEmpty()) {
            locks.retake(again, clock.instant());
        }
    }

    private static boolean isReopenable(State state) {
        return state != State.DONE && state != State.SKIPPED;
    }

    private void countAttempts(Run run, List<LaneResult> ours, List<LaneResult> lost, Change change) {
        var all = ours.stream().flatMap(r -> r.results().stream()).toList();
        var recorded =
                all.stream().filter(r -> change.found.contains(r.itemId())).toList();
        attempts.insert(run, recorded);
        recorded.forEach(r -> change.tally(r.handlerId())
                .add(Count.FAILED_ATTEMPTS, r.attempt() == null ? 0 : 1)
                .add(Count.BUSY_MICROS, micros(r)));
        var missing =
                all.stream().filter(r -> !change.found.contains(r.itemId())).toList();
        missing.forEach(r -> change.missing.add(r.itemId()));
        Stream.concat(lost.stream().flatMap(r -> r.results().stream()), missing.stream())
                .forEach(r -> change.tally(r.handlerId()).add(Count.DROPPED_RESULTS, 1));
    }

    private void countRefusals(List<LaneResult> ours, Change change) {
        var losses = ours.stream()
                .flatMap(r -> r.refusals().stream())
                .filter(r -> change.found.contains(r.itemId()))
                .map(Loss::of)
                .toList();
        if (!losses.isEmpty()) {
            conflicts.count(losses, clock.instant());
        }
    }

    private static long micros(ItemResult result) {
        return Duration.between(result.startedAt(), result.finishedAt()).toNanos() / 1_000;
    }

    private Recorded settle(List<LaneResult> ours, Map<UUID, Locked> locked, List<LaneResult> lost, Change change) {
        var closed = new ArrayList<String>();
        var kept = new LinkedHashMap<UUID, Integer>();
        var released = new ArrayList<Release>();
        var keeping = new HashSet<UUID>();
        for (var result : ours) {
            var lane = Objects.requireNonNull(locked.get(result.lane().laneId()));
            var gone = change.removed.getOrDefault(lane.laneId(), 0);
            var waiting = lane.waiting() - gone;
            var parked = parking(result);
            if (waiting == 0 && !lane.parked() && parked == null) {
                closed.add(lane.ctid());
            } else if (isKept(result.next(), lane, waiting, parked)) {
                keeping.add(lane.laneId());
                if (gone > 0) {
                    kept.put(lane.laneId(), waiting);
                }
            } else {
                released.add(new Release(
                        lane.laneId(),
                        waiting,
                        result.overtake(),
                        parked == null ? null : "the retries of item " + parked + " are used up",
                        parked));
            }
        }
        return apply(new Settlement(closed, kept, released), keeping, lost, change);
    }

    private static boolean isKept(Next next, Locked lane, int waiting, @Nullable Long parked) {
        return switch (next) {
            case HOLD -> true;
            case KEEP -> waiting > 0 && !lane.stopRequested() && !lane.parked() && parked == null;
            case RELEASE -> false;
        };
    }

    /** A bundle is no lane that anything waits behind. */
    private static @Nullable Long parking(LaneResult result) {
        if (result.lane().bundle()) {
            return null;
        }
        return result.results().stream()
                .filter(r -> r instanceof Finished f && f.park())
                .map(ItemResult::itemId)
                .findFirst()
                .orElse(null);
    }

    private record Settlement(List<String> closed, Map<UUID, Integer> kept, List<Release> released) {}

    private Recorded apply(Settlement lanesNow, Set<UUID> keeping, List<LaneResult> lost, Change change) {
        if (!lanesNow.closed().isEmpty()) {
            lanes.close(lanesNow.closed());
        }
        if (!lanesNow.kept().isEmpty()) {
            lanes.keep(lanesNow.kept());
        }
        var ready = 0;
        if (!lanesNow.released().isEmpty()) {
            var now = clock.instant();
            for (var lane : lanes.release(lanesNow.released())) {
                if (lane.parked()) {
                    continue;
                }
                if (lane.dueAt().toInstant().isAfter(now)) {
                    change.blocked.add(new Blocked(lane.laneId(), lane.dueAt().toInstant()));
                } else {
                    ready++;
                }
            }
        }
        return new Recorded(
                keeping,
                lost.stream().map(r -> r.lane().laneId()).collect(Collectors.toSet()),
                change.missing,
                change.blocked,
                ready,
                change.unlocked);
    }
}

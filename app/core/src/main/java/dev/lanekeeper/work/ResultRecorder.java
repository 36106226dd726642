package dev.lanekeeper.work;

import dev.lanekeeper.work.ItemResult.Finished;
import dev.lanekeeper.work.ItemResult.Retry;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.LaneStore.Bundled;
import dev.lanekeeper.work.LaneStore.Locked;
import dev.lanekeeper.work.LaneStore.Release;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.Recorded.Blocked;
import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
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
    private final AttemptStore attempts;
    private final RequestStore requests;
    private final TallyStore tallies;
    private final Clock clock;
    private final Probe probe;

    public ResultRecorder(Database database, Clock clock, Probe probe) {
        this.database = database;
        this.lanes = new LaneStore(database, clock);
        this.items = new ItemStore(database);
        this.attempts = new AttemptStore(database);
        this.requests = new RequestStore(database);
        this.tallies = new TallyStore(database, clock);
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
        var locked = lock(run, results);
        probe.reached(Step.RECORD_LANES_LOCKED);
        var ours = results.stream()
                .filter(r -> locked.containsKey(r.lane().laneId()))
                .toList();
        var recorded = write(run, slot, ours, locked, lost(results, locked));
        probe.reached(Step.RECORD_BEFORE_COMMIT);
        return recorded;
    }

    /**
     * Records that a suspect starts, in a transaction of its own.
     *
     * @return false when the lane is no longer this run's
     */
    public boolean begin(Run run, OwnedLane lane, long itemId) {
        return database.inTransaction(() -> {
            database.guardLanes();
            if (lanes.lockOwned(run.runId(), List.of(lane)).isEmpty()) {
                return false;
            }
            items.begin(lane.laneId(), itemId);
            return true;
        });
    }

    /**
     * Moves items that have not been started from a bundle whose current item takes long to a READY bundle of their own.
     *
     * @return how many were moved; none when the lane is no longer this run's
     */
    public int split(Run run, OwnedLane bundle, List<Long> itemIds) {
        return database.inTransaction(() -> {
            database.guardLanes();
            var locked = lanes.lockOwned(run.runId(), List.of(bundle));
            if (locked.isEmpty()) {
                return 0;
            }
            var other = LaneIds.bundle(clock);
            lanes.add(List.of(new Addition(other, bundle.handlerId(), itemIds.size(), true)));
            var moved = items.moveTogether(bundle.laneId(), other, itemIds);
            lanes.keep(Map.of(bundle.laneId(), locked.get(0).waiting() - moved, other, moved));
            return moved;
        });
    }

    private Map<UUID, Locked> lock(Run run, List<LaneResult> results) {
        var sorted = results.stream()
                .map(LaneResult::lane)
                .sorted(Comparator.comparing(OwnedLane::laneId, LaneIds.LOCK_ORDER))
                .toList();
        return lanes.lockOwned(run.runId(), sorted).stream().collect(Collectors.toMap(Locked::laneId, l -> l));
    }

    private static List<LaneResult> lost(List<LaneResult> results, Map<UUID, Locked> locked) {
        return results.stream()
                .filter(r -> !locked.containsKey(r.lane().laneId()))
                .toList();
    }

    private Recorded write(Run run, int slot, List<LaneResult> ours, Map<UUID, Locked> locked, List<LaneResult> lost) {
        var removed = new HashMap<UUID, Integer>();
        var book = new Book();
        finish(run, ours, removed, book);
        var blocked = new ArrayList<Blocked>();
        postpone(ours, removed, blocked);
        var all = ours.stream().flatMap(r -> r.results().stream()).toList();
        attempts.insert(run, all);
        all.forEach(book::attempted);
        lost.forEach(book::dropped);
        applyRequests(ours, locked, removed, book);
        var recorded = settle(ours, locked, removed, lost, blocked);
        tallies.add(run.nodeId(), slot, book.tallies.values());
        return recorded;
    }

    private void finish(Run run, List<LaneResult> ours, Map<UUID, Integer> removed, Book book) {
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
        var gone = items.finish(run, laneIds, finished);
        gone.forEach(g -> removed.merge(g.laneId(), 1, Integer::sum));
        var goneIds = gone.stream().map(ItemStore.Removed::itemId).collect(Collectors.toSet());
        finished.stream().filter(f -> goneIds.contains(f.itemId())).forEach(book::finished);
    }

    private void postpone(List<LaneResult> ours, Map<UUID, Integer> removed, List<Blocked> blocked) {
        var laneIds = new ArrayList<UUID>();
        var retries = new ArrayList<Retry>();
        var bundleIds = new ArrayList<UUID>();
        var bundled = new ArrayList<Retry>();
        for (var result : ours) {
            for (var item : result.results()) {
                if (item instanceof Retry r) {
                    (result.lane().bundle() ? bundleIds : laneIds)
                            .add(result.lane().laneId());
                    (result.lane().bundle() ? bundled : retries).add(r);
                }
            }
        }
        if (!retries.isEmpty()) {
            items.postpone(laneIds, retries);
        }
        if (!bundled.isEmpty()) {
            var alone = bundled.stream()
                    .map(r -> new Bundled(LaneIds.bundle(clock), r.itemId(), r.handlerId(), r.dueAt()))
                    .toList();
            lanes.addBlocked(alone);
            alone.forEach(b -> blocked.add(new Blocked(b.laneId(), b.dueAt())));
            items.moveAlone(bundleIds, alone.stream().map(Bundled::laneId).toList(), bundled)
                    .forEach(g -> removed.merge(g.laneId(), 1, Integer::sum));
        }
    }

    private void applyRequests(List<LaneResult> ours, Map<UUID, Locked> locked, Map<UUID, Integer> removed, Book book) {
        var stopped = ours.stream()
                .filter(r -> r.next() != Next.HOLD)
                .map(r -> r.lane().laneId())
                .filter(id -> Objects.requireNonNull(locked.get(id)).stopRequested())
                .toList();
        if (stopped.isEmpty()) {
            return;
        }
        requests.apply(stopped, clock.instant()).forEach(d -> {
            removed.merge(d.laneId(), 1, Integer::sum);
            book.of(d.handlerId()).add(Count.DISCARDED, 1);
        });
    }

    private Recorded settle(
            List<LaneResult> ours,
            Map<UUID, Locked> locked,
            Map<UUID, Integer> removed,
            List<LaneResult> lost,
            List<Blocked> blocked) {
        var closed = new ArrayList<String>();
        var kept = new LinkedHashMap<UUID, Integer>();
        var released = new ArrayList<Release>();
        var keeping = new HashSet<UUID>();
        for (var result : ours) {
            var lane = Objects.requireNonNull(locked.get(result.lane().laneId()));
            var gone = removed.getOrDefault(lane.laneId(), 0);
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
        return apply(new Settlement(closed, kept, released), keeping, lost, blocked);
    }

    private static boolean isKept(Next next, Locked lane, int waiting, @Nullable Long parked) {
        return switch (next) {
            case HOLD -> true;
            case KEEP -> waiting > 0 && !lane.stopRequested() && !lane.parked() && parked == null;
            case RELEASE -> false;
        };
    }

    private static @Nullable Long parking(LaneResult result) {
        return result.results().stream()
                .filter(r -> r instanceof Finished f && f.park())
                .map(ItemResult::itemId)
                .findFirst()
                .orElse(null);
    }

    private record Settlement(List<String> closed, Map<UUID, Integer> kept, List<Release> released) {}

    private Recorded apply(Settlement lanesNow, Set<UUID> keeping, List<LaneResult> lost, List<Blocked> blocked) {
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
                    blocked.add(new Blocked(lane.laneId(), lane.dueAt().toInstant()));
                } else {
                    ready++;
                }
            }
        }
        return new Recorded(
                keeping, lost.stream().map(r -> r.lane().laneId()).collect(Collectors.toSet()), blocked, ready);
    }

    /** What the transaction adds to the tallies. */
    private static final class Book {

        private final Map<Integer, Tally> tallies = new HashMap<>();

        Tally of(int handlerId) {
            return tallies.computeIfAbsent(handlerId, Tally::new);
        }

        void finished(Finished f) {
            of(f.handlerId()).add(Tally.of(f.state()), 1);
        }

        void attempted(ItemResult result) {
            of(result.handlerId())
                    .add(Count.FAILED_ATTEMPTS, result.attempt() == null ? 0 : 1)
                    .add(
                            Count.BUSY_MICROS,
                            Duration.between(result.startedAt(), result.finishedAt())
                                            .toNanos()
                                    / 1_000);
        }

        void dropped(LaneResult result) {
            result.results().forEach(r -> of(r.handlerId()).add(Count.DROPPED_RESULTS, 1));
        }
    }
}

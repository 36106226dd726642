package dev.lanekeeper.work;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.work.JobStore.End;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.Tally.Count;
import dev.lanekeeper.work.ThrottleStore.Slot;
import dev.lanekeeper.work.UniqueDecision.Fate;
import dev.lanekeeper.work.UniqueStore.Holder;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Stores work of one door some of which claims to be the only one of its key, in the caller's transaction: the keys, scheduled
 * jobs, the lanes, the items, in this order. What of it is unique costs some ten statements a batch, however large that is.
 */
final class UniqueBatch<T> {

    private final Stores stores;
    private final Door<T> door;
    private final Set<Long> untouchable;

    /** Where it looks for others and what it does with them. */
    record Stores(
            UniqueStore locks,
            ClaimStore claims,
            ConflictStore conflicts,
            ThrottleStore throttle,
            ScheduledJobStore scheduled,
            JobStore jobs,
            ItemChangeStore items,
            LaneChangeStore laneChanges,
            LaneStore lanes,
            Clock clock,
            Probe probe) {

        static Stores of(Database database, Clock clock, Probe probe) {
            return new Stores(
                    new UniqueStore(database),
                    new ClaimStore(database),
                    new ConflictStore(database),
                    new ThrottleStore(database),
                    new ScheduledJobStore(database),
                    new JobStore(database),
                    new ItemChangeStore(database, clock),
                    new LaneChangeStore(database, clock),
                    new LaneStore(database, clock),
                    clock,
                    probe);
        }
    }

    /** How work of a door is written; lists of results are in the order of what they are for. */
    interface Door<T> {

        /** Whether a duplicate leaves no item, since whoever enqueued it is told. */
        boolean dropsDuplicates();

        /** The lanes of work that becomes items; of work without a resource new ones. */
        List<UUID> place(List<Arrival<T>> entering);

        void tally(List<Tally> tallies);

        /** Sets workers aside, before the lanes are locked. */
        void reserve(List<Addition> additions);

        /** Gives lanes that are ready, and locked, to runs with a worker. */
        void own(List<UUID> ready);

        List<Long> insert(List<T> entering, List<UUID> laneIds);

        /** Stores work that ends at once, or says of work that was stored before that it comes no more. */
        List<Long> insertEnded(List<T> ended, List<UUID> laneIds, List<End> ends);

        /** Puts work off; {@code repeats} has the items of events. */
        List<Long> schedule(List<T> later, List<Fate.IsPutOff> until, List<@Nullable Long> repeats);

        /** What it adds to its handler's counts. */
        default void count(T work, int bytes, Fate fate, boolean isEvent, Tally tally) {
            if (fate instanceof Fate.Enters) {
                tally.add(Count.CONSUMED, 1).add(Count.STORED, 1).add(Count.FLUSHED_BYTES, bytes);
            } else if (fate instanceof Fate.Ends ended) {
                tally.add(Count.CONSUMED, 1).add(Count.STORED, 1).add(Tally.of(ended.state()), 1);
            } else if (fate instanceof Fate.IsDropped) {
                tally.add(Count.CONSUMED, 1).add(Count.DUPLICATES, 1);
            } else if (isEvent) {
                tally.add(Count.CONSUMED, 1).add(Count.STORED, 1).add(Count.DISCARDED, 1);
            }
        }
    }

    /** Holders that were to be changed are at work by now; the transaction is rolled back and begins anew without that wish. */
    static final class NotReplaceable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final long holderId;

        NotReplaceable(long holderId) {
            super("the holder of a lock is being worked on", null, false, false);
            this.holderId = holderId;
        }

        long holderId() {
            return holderId;
        }
    }

    /** @param untouchable holders that were found to be at work when they were to be changed */
    UniqueBatch(Stores stores, Door<T> door, Set<Long> untouchable) {
        this.stores = stores;
        this.door = door;
        this.untouchable = untouchable;
    }

    /** What became of each that has a claim, in the order of the arrivals; {@code null} for the others. */
    List<@Nullable StoredJob> store(List<Arrival<T>> arrivals) {
        var now = stores.clock().instant();
        return new UniqueWork<>(stores, door, arrivals, decide(arrivals, now), now).write();
    }

    private UniqueDecision decide(List<Arrival<T>> arrivals, Instant now) {
        var rules = new TreeMap<UUID, UniqueRule>();
        arrivals.forEach(a -> {
            var claim = a.claim();
            if (claim != null) {
                rules.put(claim.digest(), claim.rule());
            }
        });
        stores.locks().lock(rules.keySet());
        var throttled = rules.entrySet().stream()
                .filter(e -> e.getValue().onConflict() == Conflict.THROTTLE)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        var others = new ArrayList<>(rules.keySet());
        others.removeAll(throttled.keySet());
        var holders = new HashMap<UUID, List<Holder>>();
        if (!others.isEmpty()) {
            holders.putAll(stores.locks().holders(others, now));
        }
        var slots = new HashMap<UUID, List<Slot>>();
        throttled.forEach((digest, rule) -> slots.put(digest, stores.throttle().slots(digest, rule.limit(), now)));
        return UniqueDecision.of(
                arrivals, holders, slots, new UniqueDecision.Terms(now, untouchable, door.dropsDuplicates()));
    }
}

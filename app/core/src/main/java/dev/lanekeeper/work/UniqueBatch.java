package dev.lanekeeper.work;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.work.JobStore.End;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.Tally.Count;
import dev.lanekeeper.work.UniqueDecision.Conflicted;
import dev.lanekeeper.work.UniqueDecision.Fate;
import dev.lanekeeper.work.UniqueDecision.Party;
import dev.lanekeeper.work.UniqueStore.Holder;
import dev.lanekeeper.work.UniqueStore.Loss;
import dev.lanekeeper.work.UniqueStore.Taking;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
        var work = new Work(arrivals, decide(arrivals, now), now);
        work.tally();
        work.takeScheduled();
        work.enter();
        work.renew();
        work.putOff();
        work.end();
        work.update();
        work.settleLocks();
        return work.results();
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
        throttled.forEach((digest, rule) -> holders.put(digest, stores.locks().latest(digest, rule.limit(), now)));
        return UniqueDecision.of(arrivals, holders, new UniqueDecision.Terms(now, untouchable, door.dropsDuplicates()));
    }

    /** One transaction's arrivals and what is known of them by now. */
    private final class Work {

        private final List<Arrival<T>> arrivals;
        private final UniqueDecision decision;
        private final Instant now;
        private final @Nullable Long[] ids;
        private final List<NewJob> replacedJobs = new ArrayList<>();
        private final List<Integer> replacers = new ArrayList<>();

        Work(List<Arrival<T>> arrivals, UniqueDecision decision, Instant now) {
            this.arrivals = arrivals;
            this.decision = decision;
            this.now = now;
            this.ids = new Long[arrivals.size()];
        }

        private List<Integer> those(Class<? extends Fate> fate) {
            return IntStream.range(0, arrivals.size())
                    .filter(n -> fate.isInstance(decision.fates().get(n)))
                    .boxed()
                    .toList();
        }

        private List<T> works(List<Integer> numbers) {
            return numbers.stream().map(n -> arrivals.get(n).work()).toList();
        }

        private void remember(List<Integer> numbers, List<Long> itsIds) {
            for (var n = 0; n < numbers.size(); n++) {
                ids[numbers.get(n)] = itsIds.get(n);
            }
        }

        /** Whoever it is by now. */
        private long id(Party party) {
            return decision.lasting(party) instanceof Party.Known known
                    ? known.holder().holderId()
                    : Objects.requireNonNull(
                            ids[((Party.Arriving) decision.lasting(party)).number()],
                            "an arrival that holds a lock was not stored");
        }

        void tally() {
            var tallies = new LinkedHashMap<Integer, Tally>();
            for (var n = 0; n < arrivals.size(); n++) {
                var arrival = arrivals.get(n);
                var tally = tallies.computeIfAbsent(arrival.handlerId(), Tally::new);
                door.count(arrival.work(), arrival.bytes(), decision.fates().get(n), arrival.isEvent(), tally);
            }
            tallies.values().forEach(t -> {
                var stored = t.get(Count.STORED);
                if (stored > 0) {
                    t.add(Count.FLUSHES, 1).add(Count.LARGEST_FLUSH, stored);
                }
            });
            door.tally(List.copyOf(tallies.values()));
        }

        /** Before the lanes, as whoever makes items of them takes both in this order. */
        void takeScheduled() {
            decision.removals().forEach((holder, by) -> {
                if (holder.scheduled()) {
                    replacedJobs.add(stores.scheduled()
                            .take(holder.holderId())
                            .orElseThrow(() -> new NotReplaceable(holder.holderId())));
                    replacers.add(by);
                }
            });
            decision.updates().keySet().forEach(party -> {
                if (party instanceof Party.Known known
                        && known.holder().scheduled()
                        && !stores.scheduled().lock(known.holder().holderId())) {
                    throw new NotReplaceable(known.holder().holderId());
                }
            });
        }

        void enter() {
            var entering = those(Fate.Enters.class);
            var touched = touched();
            if (entering.isEmpty() && touched.isEmpty()) {
                return;
            }
            var laneIds = door.place(entering.stream().map(arrivals::get).toList());
            var additions = additions(entering, laneIds, touched);
            door.reserve(additions);
            var ready = new ArrayList<>(stores.lanes().add(additions));
            touched.values().forEach(this::touch);
            ready.removeAll(touched.keySet());
            door.own(ready);
            stores.probe().reached(Step.STORE_LANES_LOCKED);
            if (!entering.isEmpty()) {
                remember(entering, door.insert(works(entering), laneIds));
            }
            touched.keySet().forEach(stores.laneChanges()::rearm);
            stores.probe().reached(Step.STORE_INSERTED);
        }

        /** The lanes of those that wait and are to be discarded. */
        private Map<UUID, List<Holder>> touched() {
            var lanes = new LinkedHashMap<UUID, List<Holder>>();
            decision.removals().keySet().forEach(h -> {
                if (h.waitsIn() != null) {
                    lanes.computeIfAbsent(h.waitsIn(), l -> new ArrayList<>()).add(h);
                }
            });
            return lanes;
        }

        /** In one order with those that are only touched, which are opened with nothing. */
        private List<Addition> additions(List<Integer> entering, List<UUID> laneIds, Map<UUID, List<Holder>> touched) {
            var additions = new HashMap<UUID, Addition>();
            touched.forEach((lane, holders) ->
                    additions.put(lane, new Addition(lane, holders.get(0).handlerId(), 0, false)));
            for (var n = 0; n < entering.size(); n++) {
                var arrival = arrivals.get(entering.get(n));
                additions.merge(
                        laneIds.get(n),
                        new Addition(laneIds.get(n), arrival.handlerId(), 1, arrival.resource() == null),
                        (a, b) -> new Addition(a.laneId(), a.handlerId(), a.waiting() + 1, a.bundle()));
            }
            return additions.values().stream()
                    .sorted((a, b) -> LaneIds.LOCK_ORDER.compare(a.laneId(), b.laneId()))
                    .toList();
        }

        private void touch(List<Holder> holders) {
            for (var holder : holders) {
                var laneId = Objects.requireNonNull(holder.waitsIn());
                var lane = stores.laneChanges().lock(laneId).orElseThrow(() -> new NotReplaceable(holder.holderId()));
                var item =
                        stores.items().find(holder.holderId()).orElseThrow(() -> new NotReplaceable(holder.holderId()));
                if (lane.isOwned() || !laneId.equals(item.waitsIn())) {
                    throw new NotReplaceable(holder.holderId());
                }
                stores.items().discardWaiting(laneId, item, "replaced by a later job with the same key");
                stores.laneChanges().takeOne(lane);
            }
        }

        /** After the lanes, since runs that record results take both in this order. */
        void renew() {
            decision.updates().keySet().forEach(party -> {
                if (party instanceof Party.Known known
                        && !known.holder().scheduled()
                        && !stores.locks().renew(known.holder())) {
                    throw new NotReplaceable(known.holder().holderId());
                }
            });
        }

        void putOff() {
            var later = those(Fate.IsPutOff.class);
            var events = later.stream().filter(n -> arrivals.get(n).isEvent()).toList();
            var items = new HashMap<Integer, Long>();
            if (!events.isEmpty()) {
                var ends = events.stream()
                        .map(n -> new End(
                                State.DISCARDED,
                                "put off until " + until(n).dueAt() + ", when it comes as a new item",
                                null))
                        .toList();
                var stored = door.insertEnded(works(events), lanes(events), ends);
                for (var n = 0; n < events.size(); n++) {
                    items.put(events.get(n), stored.get(n));
                }
            }
            if (!later.isEmpty()) {
                remember(
                        later,
                        door.schedule(
                                works(later),
                                later.stream().map(this::until).toList(),
                                later.stream().map(items::get).toList()));
            }
        }

        private Fate.IsPutOff until(int number) {
            return (Fate.IsPutOff) decision.fates().get(number);
        }

        private List<UUID> lanes(List<Integer> numbers) {
            return numbers.stream()
                    .map(arrivals::get)
                    .map(a -> a.resource() == null
                            ? LaneIds.bundle(stores.clock())
                            : LaneIds.of(a.laneGroup(), a.resource()))
                    .toList();
        }

        void end() {
            var ending = those(Fate.Ends.class);
            if (!ending.isEmpty()) {
                var ends = ending.stream().map(this::endOf).toList();
                remember(ending, door.insertEnded(works(ending), lanes(ending), ends));
            }
            endReplaced();
        }

        private End endOf(int number) {
            var ended = (Fate.Ends) decision.fates().get(number);
            var winner = id(ended.because().with());
            return new End(ended.state(), reason(number, ended.because().reason(), winner), winner);
        }

        private String reason(int number, ConflictReason reason, long winner) {
            var key = Objects.requireNonNull(arrivals.get(number).claim()).key();
            return switch (reason) {
                case DUPLICATE, REJECTED, RESCHEDULED, THROTTLED ->
                    "duplicate of job " + winner + ", which has the key " + key;
                case REPLACED, DEBOUNCED -> "replaced by job " + winner + ", which has the same key " + key;
                case UPDATED -> "its payload was taken by job " + winner + ", which has the key " + key;
                case GAVE_UP ->
                    "put off " + arrivals.get(number).hops() + " times, and job " + winner + " has the key " + key;
            };
        }

        private void endReplaced() {
            for (var n = 0; n < replacedJobs.size(); n++) {
                var job = replacedJobs.get(n);
                var winner = id(new Party.Arriving(replacers.get(n)));
                var original = job.repeats();
                if (original != null) {
                    stores.jobs().giveUp(original, "replaced by job " + winner + " before it came again");
                } else {
                    var lane = job.resource() == null
                            ? LaneIds.bundle(stores.clock())
                            : LaneIds.of(job.laneGroup(), job.resource());
                    stores.jobs()
                            .insertEnded(
                                    now,
                                    new JobStore.PlacedJob(lane, job),
                                    new End(State.DISCARDED, "replaced by job " + winner, winner));
                    door.tally(List.of(new Tally(job.handlerId())
                            .add(Count.CONSUMED, 1)
                            .add(Count.STORED, 1)
                            .add(Count.DISCARDED, 1)));
                }
            }
        }

        void update() {
            decision.updates().forEach((party, by) -> {
                var from = Objects.requireNonNull(ids[by]);
                var lasting = decision.lasting(party);
                var isScheduled = lasting instanceof Party.Known known
                        ? known.holder().scheduled()
                        : decision.fates().get(((Party.Arriving) lasting).number()) instanceof Fate.IsPutOff;
                if (isScheduled) {
                    stores.scheduled().update(id(lasting), from);
                } else {
                    stores.jobs().takeContent(id(lasting), from);
                }
            });
        }

        void settleLocks() {
            var gone = decision.removals().keySet();
            if (!gone.isEmpty()) {
                stores.locks().remove(gone.stream().map(Holder::holderId).toList());
                decision.removals()
                        .forEach((holder, by) ->
                                stores.locks().inherit(holder.digest(), holder.holderId(), id(new Party.Arriving(by))));
            }
            stores.locks().take(takings(), now);
            stores.locks().count(losses(), now);
        }

        private List<Taking> takings() {
            var takings = new ArrayList<Taking>();
            for (var n = 0; n < arrivals.size(); n++) {
                var fate = decision.fates().get(n);
                var claim = arrivals.get(n).claim();
                if (claim == null || !holds(fate)) {
                    continue;
                }
                var ttl = claim.rule().ttl();
                var begin = fate instanceof Fate.IsPutOff later ? later.dueAt() : now;
                takings.add(new Taking(
                        claim,
                        arrivals.get(n).handlerId(),
                        Objects.requireNonNull(ids[n]),
                        ttl == null ? null : begin.plus(ttl)));
            }
            return takings;
        }

        private static boolean holds(Fate fate) {
            return (fate instanceof Fate.Enters enters && enters.holdsLock())
                    || (fate instanceof Fate.IsPutOff later && later.holdsLock());
        }

        private List<Loss> losses() {
            var losses = new ArrayList<Loss>();
            for (var n = 0; n < arrivals.size(); n++) {
                var arrival = arrivals.get(n);
                var conflict = conflict(n);
                if (conflict != null) {
                    // Of those that were replaced it is the winner on which it is seen.
                    var replaces = decision.replacedBy(n) != null;
                    losses.add(new Loss(
                            Objects.requireNonNull(arrival.claim()),
                            arrival.handlerId(),
                            id(replaces ? new Party.Arriving(n) : conflict.with()),
                            conflict.reason()));
                }
            }
            return losses;
        }

        private @Nullable Conflicted conflict(int number) {
            var replaced = decision.replacedBy(number);
            if (replaced != null) {
                return replaced;
            }
            var fate = decision.fates().get(number);
            if (fate instanceof Fate.Ends ended) {
                var reason = ended.because().reason();
                return reason == ConflictReason.REPLACED || reason == ConflictReason.DEBOUNCED ? null : ended.because();
            }
            if (fate instanceof Fate.IsDropped dropped) {
                return dropped.because();
            }
            return fate instanceof Fate.IsPutOff later ? later.because() : null;
        }

        List<@Nullable StoredJob> results() {
            var results = new ArrayList<@Nullable StoredJob>();
            for (var n = 0; n < arrivals.size(); n++) {
                results.add(arrivals.get(n).claim() == null ? null : result(n));
            }
            return results;
        }

        private StoredJob result(int number) {
            var fate = decision.fates().get(number);
            if (fate instanceof Fate.IsDropped dropped) {
                return new StoredJob.Duplicate(id(dropped.because().with()));
            }
            var id = Objects.requireNonNull(ids[number]);
            if (fate instanceof Fate.Ends ended) {
                return lost(id, ended);
            }
            var later = fate instanceof Fate.IsPutOff put ? put : null;
            var because = later == null ? null : later.because();
            if (later != null && because != null) {
                return new StoredJob.PutOff(id, later.dueAt(), id(because.with()), later.holdsLock());
            }
            var dueAt = later == null ? null : later.dueAt();
            var replaced = decision.replacedBy(number);
            return replaced == null
                    ? new StoredJob.Stored(id, dueAt)
                    : new StoredJob.Replaced(id, dueAt, replacedId(replaced.with()));
        }

        /** That of the one itself, not of whoever is there in its place. */
        private long replacedId(Party party) {
            return party instanceof Party.Known known
                    ? known.holder().holderId()
                    : Objects.requireNonNull(ids[((Party.Arriving) party).number()]);
        }

        private StoredJob lost(long id, Fate.Ends ended) {
            var winner = id(ended.because().with());
            return switch (ended.because().reason()) {
                case REJECTED -> new StoredJob.Rejected(id, winner);
                case UPDATED -> new StoredJob.Updated(winner);
                case GAVE_UP -> new StoredJob.GaveUp(winner);
                case DUPLICATE, REPLACED, RESCHEDULED, DEBOUNCED, THROTTLED -> new StoredJob.Duplicate(winner);
            };
        }
    }
}

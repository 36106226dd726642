package dev.lanekeeper.work;

import dev.lanekeeper.work.JobStore.End;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.Tally.Count;
import dev.lanekeeper.work.UniqueBatch.Door;
import dev.lanekeeper.work.UniqueBatch.NotReplaceable;
import dev.lanekeeper.work.UniqueBatch.Stores;
import dev.lanekeeper.work.UniqueDecision.Fate;
import dev.lanekeeper.work.UniqueDecision.Party;
import dev.lanekeeper.work.UniqueStore.Holder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes what was decided of one batch, step by step, in the transaction that has locked its keys. */
final class UniqueWork<T> {

    private final Stores stores;
    private final Door<T> door;
    private final List<Arrival<T>> arrivals;
    private final UniqueDecision decision;
    private final UniqueFates<T> fates;
    private final Instant now;
    private final List<NewJob> replacedJobs = new ArrayList<>();
    private final List<Integer> replacers = new ArrayList<>();

    UniqueWork(Stores stores, Door<T> door, List<Arrival<T>> arrivals, UniqueDecision decision, Instant now) {
        this.stores = stores;
        this.door = door;
        this.arrivals = arrivals;
        this.decision = decision;
        this.fates = new UniqueFates<>(arrivals, decision);
        this.now = now;
    }

    /** What became of each that has a claim, in the order of the arrivals; {@code null} for the others. */
    List<@Nullable StoredJob> write() {
        tally();
        takeScheduled();
        enter();
        renew();
        putOff();
        end();
        update();
        settleLocks();
        return fates.results();
    }

    private void tally() {
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
    private void takeScheduled() {
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

    private void enter() {
        var entering = fates.those(Fate.Enters.class);
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
            fates.remember(entering, door.insert(fates.works(entering), laneIds));
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
            var item = stores.items().find(holder.holderId()).orElseThrow(() -> new NotReplaceable(holder.holderId()));
            if (lane.isOwned() || !laneId.equals(item.waitsIn())) {
                throw new NotReplaceable(holder.holderId());
            }
            stores.items().discardWaiting(laneId, item, "replaced by a later job with the same key");
            stores.laneChanges().takeOne(lane);
        }
    }

    /** After the lanes, since runs that record results take both in this order. */
    private void renew() {
        decision.updates().keySet().forEach(party -> {
            if (party instanceof Party.Known known
                    && !known.holder().scheduled()
                    && !stores.locks().renew(known.holder())) {
                throw new NotReplaceable(known.holder().holderId());
            }
        });
    }

    private void putOff() {
        var later = fates.those(Fate.IsPutOff.class);
        var events = later.stream().filter(n -> arrivals.get(n).isEvent()).toList();
        var items = new HashMap<Integer, Long>();
        if (!events.isEmpty()) {
            var ends = events.stream()
                    .map(n -> new End(
                            State.DISCARDED,
                            "put off until " + until(n).dueAt() + ", when it comes as a new item",
                            null))
                    .toList();
            var stored = door.insertEnded(fates.works(events), lanes(events), ends);
            for (var n = 0; n < events.size(); n++) {
                items.put(events.get(n), stored.get(n));
            }
        }
        if (!later.isEmpty()) {
            fates.remember(
                    later,
                    door.schedule(
                            fates.works(later),
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
                .map(a ->
                        a.resource() == null ? LaneIds.bundle(stores.clock()) : LaneIds.of(a.laneGroup(), a.resource()))
                .toList();
    }

    private void end() {
        var ending = fates.those(Fate.Ends.class);
        if (!ending.isEmpty()) {
            var ends = ending.stream().map(fates::endOf).toList();
            fates.remember(ending, door.insertEnded(fates.works(ending), lanes(ending), ends));
            stores.claims().keep(fates.wants(now));
        }
        endReplaced();
        tellReplaced();
    }

    /** Those that waited in a lane were discarded before it was known which item takes their place. */
    private void tellReplaced() {
        var winners = new LinkedHashMap<Long, Long>();
        decision.removals().forEach((holder, by) -> {
            if (holder.waitsIn() != null) {
                winners.put(holder.holderId(), fates.id(new Party.Arriving(by)));
            }
        });
        if (!winners.isEmpty()) {
            stores.items().loseTo(winners);
        }
    }

    private void endReplaced() {
        for (var n = 0; n < replacedJobs.size(); n++) {
            var job = replacedJobs.get(n);
            var winner = fates.id(new Party.Arriving(replacers.get(n)));
            var original = job.repeats();
            if (original != null) {
                stores.jobs().giveUp(original, "replaced by job " + winner + " before it came again", winner);
                stores.claims().inherit(original, Objects.requireNonNull(job.scheduledId()));
            } else {
                var lane = job.resource() == null
                        ? LaneIds.bundle(stores.clock())
                        : LaneIds.of(job.laneGroup(), job.resource());
                var id = stores.jobs()
                        .insertEnded(
                                now,
                                new JobStore.PlacedJob(lane, job),
                                new End(State.DISCARDED, "replaced by job " + winner, winner));
                stores.claims().inherit(id, Objects.requireNonNull(job.scheduledId()));
                door.tally(List.of(new Tally(job.handlerId())
                        .add(Count.CONSUMED, 1)
                        .add(Count.STORED, 1)
                        .add(Count.DISCARDED, 1)));
            }
        }
    }

    private void update() {
        decision.updates().forEach((party, by) -> {
            var from = fates.idOf(by);
            var lasting = decision.lasting(party);
            var isScheduled = lasting instanceof Party.Known known
                    ? known.holder().scheduled()
                    : decision.fates().get(((Party.Arriving) lasting).number()) instanceof Fate.IsPutOff;
            if (isScheduled) {
                stores.scheduled().update(fates.id(lasting), from);
            } else {
                stores.jobs().takeContent(fates.id(lasting), from);
            }
        });
    }

    private void settleLocks() {
        var gone = decision.removals().keySet();
        if (!gone.isEmpty()) {
            stores.locks().remove(gone.stream().map(Holder::holderId).toList());
            decision.removals()
                    .forEach((holder, by) -> stores.conflicts()
                            .inherit(holder.digest(), holder.holderId(), fates.id(new Party.Arriving(by))));
        }
        stores.locks().take(fates.takings(now), now);
        stores.conflicts().count(fates.losses(), now);
    }
}

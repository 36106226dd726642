package dev.lanekeeper.work;

import dev.lanekeeper.work.JobStore.PlacedJob;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The jobs that one transaction stores: lanes, items, in this order. */
final class JobBatch {

    private final Stores stores;
    private final ReservedWorkers workers;
    private final HandOver handOver;
    private final Teller teller;
    private final Map<UUID, List<OwnedLane>> owned = new HashMap<>();

    /** Where it writes. */
    record Stores(JobStore jobs, LaneStore lanes, TallyStore tallies, Clock clock, Probe probe) {}

    /** Under whose name is counted what it does. */
    record Teller(long nodeId, int slot) {}

    JobBatch(Stores stores, ReservedWorkers workers, HandOver handOver, Teller teller) {
        this.stores = stores;
        this.workers = workers;
        this.handOver = handOver;
        this.teller = teller;
    }

    /** The lanes that runs with a reserved worker own by now. */
    Map<UUID, List<OwnedLane>> owned() {
        return owned;
    }

    /** The ids in the order of the jobs. */
    List<Long> write(List<NewJob> all) {
        if (all.isEmpty()) {
            return List.of();
        }
        var placed = place(all);
        // Before the lanes, so that runs which record results in the same ones wait for as little as possible.
        count(all);
        var additions = additions(placed);
        reserve(additions);
        own(stores.lanes.add(additions));
        stores.probe.reached(Step.STORE_LANES_LOCKED);
        var ids = stores.jobs.insert(stores.clock.instant(), placed);
        stores.probe.reached(Step.STORE_INSERTED);
        return ids;
    }

    void reserve(List<Addition> additions) {
        workers.reserve(additions.stream().filter(a -> a.waiting() > 0).toList());
    }

    /** Gives lanes that are ready, and locked, to runs with a worker. */
    void own(List<UUID> ready) {
        workers.own(ready)
                .forEach((run, given) ->
                        owned.computeIfAbsent(run, r -> new ArrayList<>()).addAll(given));
    }

    /** The lane of a job with a resource, and a new one for any other. */
    UUID laneOf(NewJob job) {
        return job.resource() == null ? LaneIds.bundle(stores.clock) : LaneIds.of(job.laneGroup(), job.resource());
    }

    List<PlacedJob> place(List<NewJob> all) {
        var bundles = new Bundles(handOver, stores.clock);
        return all.stream()
                .map(job -> new PlacedJob(
                        job.resource() == null ? bundles.next(job.handlerId(), job.priority()) : laneOf(job), job))
                .toList();
    }

    List<UUID> lanes(List<EntryItem> all) {
        var bundles = new Bundles(handOver, stores.clock);
        return all.stream()
                .map(e -> e.resource() == null
                        ? bundles.next(e.handlerId(), e.priority())
                        : LaneIds.of(e.laneGroup(), e.resource()))
                .toList();
    }

    private static List<Addition> additions(List<PlacedJob> placed) {
        var waiting = new HashMap<UUID, Addition>();
        placed.forEach(p -> waiting.merge(
                p.laneId(),
                new Addition(p.laneId(), p.job().handlerId(), 1, p.job().resource() == null),
                (a, b) -> new Addition(a.laneId(), a.handlerId(), a.waiting() + 1, a.bundle())));
        return waiting.values().stream()
                .sorted((a, b) -> LaneIds.LOCK_ORDER.compare(a.laneId(), b.laneId()))
                .toList();
    }

    void tally(Collection<Tally> tallies) {
        stores.tallies.add(teller.nodeId, teller.slot, tallies);
    }

    private void count(List<NewJob> all) {
        var byHandler =
                all.stream().collect(Collectors.groupingBy(NewJob::handlerId, LinkedHashMap::new, Collectors.toList()));
        tally(byHandler.entrySet().stream()
                .map(e -> count(e.getKey(), e.getValue()))
                .toList());
    }

    /** What is stored anew was counted as consumed when it came first. */
    private static Tally count(int handlerId, List<NewJob> its) {
        var again = its.stream().filter(j -> j.repeats() != null).count();
        return Tally.ofFlush(
                        handlerId,
                        its.size(),
                        its.stream().mapToLong(NewJob::bytes).sum())
                .add(Count.CONSUMED, -again)
                .add(Count.REPEATED, again);
    }

    /** Stores a job that ends at once, and says why. */
    long writeEnded(NewJob job, State state, String reason, @Nullable Long lostTo) {
        var now = stores.clock.instant();
        var id = stores.jobs.insertEnded(now, new PlacedJob(laneOf(job), job), new JobStore.End(state, reason, lostTo));
        tally(List.of(new Tally(job.handlerId())
                .add(job.repeats() == null ? Count.CONSUMED : Count.REPEATED, 1)
                .add(Count.STORED, 1)
                .add(Tally.of(state), 1)));
        return id;
    }
}

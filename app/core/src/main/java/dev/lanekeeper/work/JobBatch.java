package dev.lanekeeper.work;

import dev.lanekeeper.work.JobStore.PlacedJob;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
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

    /** What is to be done when the lanes are locked and nobody has been given any. */
    interface BetweenLanes {

        void run();
    }

    /** The ids in the order of the jobs. */
    List<Long> write(List<NewJob> all) {
        return write(all, () -> {});
    }

    List<Long> write(List<NewJob> all, BetweenLanes step) {
        if (all.isEmpty()) {
            return List.of();
        }
        var placed = place(all);
        // Before the lanes, so that runs which record results in the same ones wait for as little as possible.
        tally(all);
        var additions = additions(placed);
        workers.reserve(additions);
        var ready = stores.lanes.add(additions);
        step.run();
        workers.own(ready)
                .forEach((run, given) ->
                        owned.computeIfAbsent(run, r -> new ArrayList<>()).addAll(given));
        stores.probe.reached(Step.STORE_LANES_LOCKED);
        var ids = stores.jobs.insert(stores.clock.instant(), placed);
        stores.probe.reached(Step.STORE_INSERTED);
        return ids;
    }

    /** The lane of a job with a resource, and a new one for any other. */
    UUID laneOf(NewJob job) {
        return job.resource() == null ? LaneIds.bundle(stores.clock) : LaneIds.of(job.laneGroup(), job.resource());
    }

    private List<PlacedJob> place(List<NewJob> all) {
        var bundles = new Bundles(handOver, stores.clock);
        return all.stream()
                .map(job -> new PlacedJob(job.resource() == null ? bundles.next(job.handlerId()) : laneOf(job), job))
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

    private void tally(List<NewJob> all) {
        var byHandler =
                all.stream().collect(Collectors.groupingBy(NewJob::handlerId, LinkedHashMap::new, Collectors.toList()));
        stores.tallies.add(
                teller.nodeId,
                teller.slot,
                byHandler.entrySet().stream()
                        .map(e -> Tally.ofFlush(
                                e.getKey(),
                                e.getValue().size(),
                                e.getValue().stream().mapToLong(NewJob::bytes).sum()))
                        .toList());
    }

    /** Counts a job that came and was not stored. */
    void countDuplicate(NewJob job) {
        stores.tallies.add(
                teller.nodeId,
                teller.slot,
                List.of(new Tally(job.handlerId()).add(Count.CONSUMED, 1).add(Count.DUPLICATES, 1)));
    }

    /** Stores a job that ends at once, and says why. */
    long writeEnded(NewJob job, State state, String reason, @Nullable Long lostTo) {
        var now = stores.clock.instant();
        var id = stores.jobs.insertEnded(now, new PlacedJob(laneOf(job), job), new JobStore.End(state, reason, lostTo));
        stores.tallies.add(
                teller.nodeId,
                teller.slot,
                List.of(new Tally(job.handlerId())
                        .add(Count.CONSUMED, 1)
                        .add(Count.STORED, 1)
                        .add(Tally.of(state), 1)));
        return id;
    }

    Instant now() {
        return stores.clock.instant();
    }
}

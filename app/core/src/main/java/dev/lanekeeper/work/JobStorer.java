package dev.lanekeeper.work;

import dev.lanekeeper.work.JobStore.PlacedJob;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.RecurringStore.Due;
import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Stores jobs in one transaction (T1): lanes, items, in this order. Those that were scheduled, or that recur, leave what they
 * were in the same transaction.
 *
 * <p>Called by whoever enqueues, and by the timers, on their own threads. After a method returns its transaction is committed.
 */
public final class JobStorer {

    private static final int FIRST_SLOT = 20_000;

    private final Database database;
    private final JobStore jobs;
    private final ScheduledJobStore scheduled;
    private final RecurringStore recurring;
    private final LaneStore lanes;
    private final TallyStore tallies;
    private final NodeStore nodes;
    private final Door door;
    private final Clock clock;
    private final Probe probe;
    private final Slots slots = new Slots(FIRST_SLOT);

    /** To whom work is handed over, and for whom it is counted; both may change while the application runs. */
    public interface Door {

        HandOver handOver();

        long nodeId();
    }

    public JobStorer(Database database, Door door, Clock clock, Probe probe) {
        this.database = database;
        this.jobs = new JobStore(database);
        this.scheduled = new ScheduledJobStore(database);
        this.recurring = new RecurringStore(database, clock);
        this.lanes = new LaneStore(database, clock);
        this.tallies = new TallyStore(database, clock);
        this.nodes = new NodeStore(database);
        this.door = door;
        this.clock = clock;
        this.probe = probe;
    }

    /** Stores a job that may run at once; tells its id. */
    public long store(NewJob job) {
        return inTurn(batch -> batch.write(List.of(job)).get(0));
    }

    /** Stores a job that may run later; tells its id, which no item has. */
    public long schedule(NewJob job, Instant dueAt) {
        return database.inTransaction(() -> scheduled.insert(job, dueAt));
    }

    /** When the first of all jobs is due that are scheduled or recur; the end of time when there is none. */
    public Instant firstDue() {
        var due = scheduled.firstDue();
        return due == null ? Instant.MAX : due;
    }

    /** Makes items of jobs whose time has come; false when somebody else is doing so. */
    public boolean promote(int most) {
        return inTurn(batch -> {
            var ours = scheduled.tryLock();
            if (ours) {
                writeDue(batch, most);
            }
            return ours;
        });
    }

    private void writeDue(Batch batch, int most) {
        var now = clock.instant();
        var once = scheduled.takeDue(now, most);
        var due = recurring.due(now);
        due.forEach(d -> recurring.advance(d, now));
        var again = due.stream().filter(d -> !d.unfinished()).toList();
        var ids = batch.write(
                Stream.concat(once.stream(), again.stream().map(JobStorer::job)).toList());
        for (var n = 0; n < again.size(); n++) {
            recurring.remember(again.get(n).handlerId(), ids.get(once.size() + n));
        }
    }

    private static NewJob job(Due due) {
        return new NewJob(due.handlerId(), due.laneGroup(), null, null, List.of(), null, due.dueAt(), null, null, null);
    }

    private <T> T inTurn(Function<Batch, T> step) {
        var slot = slots.take();
        var workers = new ReservedWorkers(door.handOver(), lanes, nodes);
        var batch = new Batch(workers, slot);
        T result;
        try {
            result = database.inTransaction(() -> {
                workers.release();
                batch.owned.clear();
                probe.reached(Step.STORE_BEGUN);
                database.guardLanes();
                var done = step.apply(batch);
                probe.reached(Step.STORE_BEFORE_COMMIT);
                return done;
            });
        } catch (RuntimeException | Error e) {
            workers.release();
            throw e;
        } finally {
            slots.giveBack(slot);
        }
        probe.reached(Step.STORE_COMMITTED);
        workers.start(batch.owned);
        probe.reached(Step.HANDED_OVER);
        return result;
    }

    /** What one transaction stores. */
    private final class Batch {

        private final ReservedWorkers workers;
        private final int slot;
        private final Map<UUID, List<OwnedLane>> owned = new HashMap<>();

        Batch(ReservedWorkers workers, int slot) {
            this.workers = workers;
            this.slot = slot;
        }

        /** The ids in the order of the jobs. */
        List<Long> write(List<NewJob> all) {
            if (all.isEmpty()) {
                return List.of();
            }
            var placed = place(all);
            // Last, so that runs which record results in the same lanes wait for as little as possible.
            tallies.add(door.nodeId(), slot, tally(all));
            var additions = additions(placed);
            workers.reserve(additions);
            workers.own(lanes.add(additions))
                    .forEach((run, given) ->
                            owned.computeIfAbsent(run, r -> new ArrayList<>()).addAll(given));
            probe.reached(Step.STORE_LANES_LOCKED);
            var ids = jobs.insert(clock.instant(), placed);
            probe.reached(Step.STORE_INSERTED);
            return ids;
        }
    }

    private List<PlacedJob> place(List<NewJob> all) {
        var bundles = new Bundles(door.handOver(), clock);
        return all.stream()
                .map(job -> new PlacedJob(
                        job.resource() == null
                                ? bundles.next(job.handlerId())
                                : LaneIds.of(job.laneGroup(), job.resource()),
                        job))
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

    private static List<Tally> tally(List<NewJob> all) {
        var byHandler =
                all.stream().collect(Collectors.groupingBy(NewJob::handlerId, LinkedHashMap::new, Collectors.toList()));
        return byHandler.entrySet().stream()
                .map(e -> new Tally(e.getKey())
                        .add(Count.CONSUMED, e.getValue().size())
                        .add(Count.STORED, e.getValue().size())
                        .add(Count.FLUSHES, 1)
                        .add(Count.LARGEST_FLUSH, e.getValue().size())
                        .add(
                                Count.FLUSHED_BYTES,
                                e.getValue().stream().mapToLong(NewJob::bytes).sum()))
                .toList();
    }
}

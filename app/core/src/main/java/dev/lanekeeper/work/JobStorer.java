package dev.lanekeeper.work;

import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.RecurringStore.Due;
import dev.lanekeeper.work.ScheduledJobStore.Taken;
import dev.lanekeeper.work.UniqueJob.NotReplaceable;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stores jobs in one transaction (T1): lanes, items, in this order. Those that were scheduled, or that recur, leave what they
 * were in the same transaction.
 *
 * <p>Called by whoever enqueues, and by the timers, on their own threads. After a method returns its transaction is committed.
 */
public final class JobStorer {

    private static final int FIRST_SLOT = 20_000;

    private final Database database;
    private final ScheduledJobStore scheduled;
    private final RecurringStore recurring;
    private final JobBatch.Stores stores;
    private final UniqueJob.Stores others;
    private final NodeStore nodes;
    private final Door door;
    private final Clock clock;
    private final Probe probe;
    private final Slots slots = new Slots(FIRST_SLOT);

    /** To whom work is handed over, and for whom it is counted; both may change while the application runs. */
    public interface Door {

        /** Is told of jobs that met another with the same key. */
        DuplicateListener listener();

        HandOver handOver();

        long nodeId();
    }

    public JobStorer(Database database, Door door, Clock clock, Probe probe) {
        this.database = database;
        this.scheduled = new ScheduledJobStore(database);
        this.recurring = new RecurringStore(database, clock);
        this.stores = new JobBatch.Stores(
                new JobStore(database), new LaneStore(database, clock), new TallyStore(database, clock), clock, probe);
        this.others = new UniqueJob.Stores(
                new UniqueStore(database),
                scheduled,
                new ItemChangeStore(database, clock),
                new LaneChangeStore(database, clock));
        this.nodes = new NodeStore(database);
        this.door = door;
        this.clock = clock;
        this.probe = probe;
    }

    /** @param dueAt when it may run first; {@code null} for at once */
    public StoredJob store(NewJob job, @Nullable Instant dueAt) {
        return store(job, dueAt, null);
    }

    /**
     * The same for somebody who may ask for it again.
     *
     * @param request {@code null} when it is stored each time, and by nobody in particular
     */
    public StoredJob store(NewJob job, @Nullable Instant dueAt, @Nullable JobRequest request) {
        var claim = job.claim();
        if (claim != null) {
            return storeUnique(job, claim, dueAt, request);
        }
        return dueAt == null
                ? inTurn(batch -> once(
                        request,
                        () -> new StoredJob.Stored(batch.write(List.of(job)).get(0), false)))
                : database.inTransaction(() ->
                        once(request, () -> new StoredJob.Stored(scheduled.insert(job, dueAt), true)));
    }

    private static StoredJob once(@Nullable JobRequest request, Supplier<StoredJob> step) {
        return request == null ? step.get() : request.answer(step);
    }

    private StoredJob storeUnique(
            NewJob job, UniqueClaim claim, @Nullable Instant dueAt, @Nullable JobRequest request) {
        StoredJob stored;
        try {
            stored = inTurn(batch -> once(request, () -> new UniqueJob(others, batch, false).store(job, dueAt)));
        } catch (NotReplaceable e) {
            var tamed = claim.withoutReplacing();
            return storeUnique(job.with(tamed), tamed, dueAt, request);
        }
        if (request == null || !request.isRepeated()) {
            door.listener().met(claim, stored);
        }
        return stored;
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

    /** Forgets locks that hold nothing any more; tells how many it were. */
    public int sweep(int most) {
        return database.inTransaction(() -> {
            database.guardLanes();
            return others.locks().forget(clock.instant(), most);
        });
    }

    private void writeDue(JobBatch batch, int most) {
        var now = clock.instant();
        var taken = scheduled.takeDue(now, most);
        var once = taken.stream().map(Taken::job).toList();
        var due = recurring.due(now);
        due.forEach(d -> recurring.advance(d, now));
        var again = due.stream().filter(d -> !d.unfinished()).toList();
        var ids = batch.write(
                Stream.concat(once.stream(), again.stream().map(JobStorer::job)).toList());
        for (var n = 0; n < again.size(); n++) {
            recurring.remember(again.get(n).handlerId(), ids.get(once.size() + n));
        }
        rename(taken, ids);
    }

    /** Those that hold locks go on holding them as items. */
    private void rename(List<Taken> taken, List<Long> ids) {
        var holders = IntStream.range(0, taken.size())
                .filter(n -> taken.get(n).holdsLock())
                .boxed()
                .toList();
        if (!holders.isEmpty()) {
            others.locks()
                    .rename(
                            holders.stream()
                                    .map(n -> Objects.requireNonNull(
                                            taken.get(n).job().scheduledId()))
                                    .toList(),
                            holders.stream().map(ids::get).toList());
        }
    }

    private static NewJob job(Due due) {
        return new NewJob(due.handlerId(), due.laneGroup(), null, null, List.of(), null, due.dueAt(), null, null, null);
    }

    private <T> T inTurn(Function<JobBatch, T> step) {
        var slot = slots.take();
        var handOver = door.handOver();
        var workers = new ReservedWorkers(handOver, stores.lanes(), nodes);
        var teller = new JobBatch.Teller(door.nodeId(), slot);
        var batch = new JobBatch(stores, workers, handOver, teller);
        T result;
        try {
            result = database.inTransaction(() -> {
                workers.release();
                batch.owned().clear();
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
        workers.start(batch.owned());
        probe.reached(Step.HANDED_OVER);
        return result;
    }
}

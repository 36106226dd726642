package dev.lanekeeper.work;

import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.ScheduledJobStore.Taken;
import dev.lanekeeper.work.UniqueBatch.NotReplaceable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Stores jobs in one transaction (T1): lanes, items, in this order. Those that were scheduled, or that recur, leave what they
 * were in the same transaction.
 *
 * <p>Called by whoever enqueues, and by the timers, on their own threads. After a method returns its transaction is committed.
 */
public final class JobStorer {

    private static final int FIRST_SLOT = 20_000;

    /** For how long it is known which jobs lost to others. */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private final Database database;
    private final ScheduledJobStore scheduled;
    private final RecurringStore recurring;
    private final RecurringJobs repeating;
    private final JobBatch.Stores stores;
    private final UniqueBatch.Stores unique;
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

        /** To the thread that stores the job, which works on it before the call returns. */
        HandOver toCaller();

        long nodeId();
    }

    public JobStorer(Database database, Door door, Clock clock, Probe probe) {
        this.database = database;
        this.scheduled = new ScheduledJobStore(database);
        this.recurring = new RecurringStore(database, clock);
        this.stores = new JobBatch.Stores(
                new JobStore(database), new LaneStore(database, clock), new TallyStore(database, clock), clock, probe);
        this.unique = UniqueBatch.Stores.of(database, clock, probe);
        this.repeating = new RecurringJobs(recurring, scheduled, unique, this::inTurn, clock);
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
        return store(job, dueAt, request, door.handOver());
    }

    /** The same, and the calling thread does the job if it can be done now. Not for a handler's thread, nor in a transaction. */
    public StoredJob storeAndDo(NewJob job, @Nullable Instant dueAt, @Nullable JobRequest request) {
        return store(job, dueAt, request, door.toCaller());
    }

    private StoredJob store(NewJob job, @Nullable Instant dueAt, @Nullable JobRequest request, HandOver handOver) {
        var claim = job.claim();
        if (claim != null) {
            return storeUnique(job, claim, dueAt, request, handOver);
        }
        return dueAt == null
                ? inTurn(
                        handOver,
                        batch -> once(
                                request,
                                () -> new StoredJob.Stored(
                                        batch.write(List.of(job)).get(0), null)))
                : database.inTransaction(() -> {
                    database.guardLanes();
                    return once(request, () -> new StoredJob.Stored(scheduled.insert(job, dueAt), dueAt));
                });
    }

    /**
     * Sees to it that a job recurs, from now on, under its name.
     *
     * @param request {@code null} when nobody in particular asks for it
     */
    public StoredJob recur(NewRecurring job, @Nullable JobRequest request) {
        return database.inTransaction(() -> {
            database.guardLanes();
            return once(request, () -> {
                var recurs = recurring.recur(job);
                return new StoredJob.Recurs(recurs.recurringId(), job.name(), recurs.nextAt());
            });
        });
    }

    private static StoredJob once(@Nullable JobRequest request, Supplier<StoredJob> step) {
        return request == null ? step.get() : request.answer(step);
    }

    private StoredJob storeUnique(
            NewJob job, UniqueClaim claim, @Nullable Instant dueAt, @Nullable JobRequest request, HandOver handOver) {
        var arrivals = List.of(JobDoor.arrival(job, dueAt));
        var stored = untouched(untouchable -> inTurn(
                handOver,
                batch -> once(
                        request,
                        () -> Objects.requireNonNull(new UniqueBatch<>(unique, new JobDoor(batch, unique), untouchable)
                                .store(arrivals)
                                .get(0)))));
        if (request == null || !request.isRepeated()) {
            door.listener().met(claim, stored);
        }
        return stored;
    }

    /** Begins anew without touching those that are found to be at work when they were to be replaced. */
    static <R> R untouched(Function<Set<Long>, R> step) {
        var untouchable = new HashSet<Long>();
        while (true) {
            try {
                return step.apply(untouchable);
            } catch (NotReplaceable e) {
                untouchable.add(e.holderId());
            }
        }
    }

    /** When the first of all jobs is due that are scheduled or recur; the end of time when there is none. */
    public Instant firstDue() {
        var due = scheduled.firstDue();
        return due == null ? Instant.MAX : due;
    }

    /** Makes items of jobs whose time has come; false when somebody else is doing so. */
    public boolean promote(int most) {
        var ours = inTurn(batch -> {
            var mine = scheduled.tryLock();
            if (mine) {
                writeDue(batch, most);
            }
            return mine;
        });
        return ours && promoteClaiming(most) && promoteThrottled(most) && tell(repeating.store(most));
    }

    private boolean tell(@Nullable List<Decided> decided) {
        if (decided == null) {
            return false;
        }
        decided.forEach(d -> door.listener().met(d.claim(), d.result()));
        return true;
    }

    /** Those that were put off claim their keys again, which come before all else that is locked. */
    private boolean promoteClaiming(int most) {
        var due = scheduled.claiming(clock.instant(), most);
        if (due.isEmpty()) {
            return true;
        }
        var decided = untouched(untouchable -> inTurn(batch -> {
            if (!scheduled.tryLock()) {
                return null;
            }
            unique.locks().lock(due.values());
            var locked = scheduled.lockClaiming(due.keySet());
            var whole = withOriginals(batch, locked);
            scheduled.remove(locked.stream()
                    .filter(t -> !whole.contains(t))
                    .map(Taken::jobId)
                    .toList());
            var arrivals = whole.stream().map(DueDoor::arrival).toList();
            var results = new UniqueBatch<>(unique, new DueDoor(batch, unique), untouchable).store(arrivals);
            return Decided.of(arrivals, results);
        }));
        return tell(decided);
    }

    /** Those that keep the pace of their key become items if they may begin by now. */
    private boolean promoteThrottled(int most) {
        var digests = unique.throttle().due(clock.instant(), most);
        return digests.isEmpty()
                || inTurn(batch -> {
                    var mine = scheduled.tryLock();
                    if (mine) {
                        unique.locks().lock(digests);
                        var begun = unique.throttle().begin(digests, clock.instant(), most);
                        var taken = withOriginals(batch, scheduled.takeThrottled(begun));
                        rename(taken, batch.write(taken.stream().map(Taken::job).toList()));
                    }
                    return mine;
                });
    }

    /** Forgets locks that hold nothing any more; tells how many it were. */
    public int sweep(int most) {
        return database.inTransaction(() -> {
            database.guardLanes();
            var now = clock.instant();
            return unique.locks().forget(now, most) + unique.conflicts().forget(now.minus(REMEMBERED), most);
        });
    }

    private void writeDue(JobBatch batch, int most) {
        var taken = withOriginals(batch, scheduled.takeDue(clock.instant(), most));
        var ids = batch.write(taken.stream().map(Taken::job).toList());
        rename(taken, ids);
    }

    /** Those that can be stored; of the others, whose items were deleted meanwhile with their payloads, it is kept that they were lost. */
    private List<Taken> withOriginals(JobBatch batch, List<Taken> taken) {
        var originals = taken.stream()
                .map(t -> t.job().repeats())
                .filter(Objects::nonNull)
                .toList();
        if (originals.isEmpty()) {
            return taken;
        }
        var there = stores.jobs().keepOriginals(originals);
        var lost = taken.stream()
                .filter(t ->
                        t.job().repeats() != null && !there.contains(t.job().repeats()))
                .toList();
        lost.forEach(t -> batch.writeEnded(
                t.job(),
                State.REJECTED,
                "the payload of item " + t.job().repeats() + " was deleted before its time came",
                null));
        return taken.stream().filter(t -> !lost.contains(t)).toList();
    }

    /** Those that hold locks go on holding them as items. */
    private void rename(List<Taken> taken, List<Long> ids) {
        var holders = IntStream.range(0, taken.size())
                .filter(n -> taken.get(n).holdsLock())
                .boxed()
                .toList();
        if (!holders.isEmpty()) {
            unique.locks()
                    .rename(
                            holders.stream()
                                    .map(n -> Objects.requireNonNull(
                                            taken.get(n).job().scheduledId()))
                                    .toList(),
                            holders.stream().map(ids::get).toList());
        }
    }

    private <T> T inTurn(Function<JobBatch, T> step) {
        return inTurn(door.handOver(), step);
    }

    private <T> T inTurn(HandOver handOver, Function<JobBatch, T> step) {
        var slot = slots.take();
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

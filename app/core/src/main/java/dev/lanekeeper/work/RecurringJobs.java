package dev.lanekeeper.work;

import dev.lanekeeper.work.RecurringStore.Due;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Stores a job for each of those that recur and are due, unless that of the time before is unfinished, and moves their times on in
 * the same transaction. One whose job cannot be stored holds up no other: its time moves on too, and in place of the job a
 * failure is stored that says why. If not even its next time can be found it is paused.
 */
final class RecurringJobs {

    private static final Logger log = LoggerFactory.getLogger(RecurringJobs.class);

    private final RecurringStore recurring;
    private final ScheduledJobStore scheduled;
    private final UniqueBatch.Stores unique;
    private final Turn turn;
    private final Clock clock;

    /** One transaction, whose jobs are given to workers after the commit. */
    interface Turn {

        @Nullable
        List<Decided> take(Function<JobBatch, @Nullable List<Decided>> step);
    }

    RecurringJobs(
            RecurringStore recurring, ScheduledJobStore scheduled, UniqueBatch.Stores unique, Turn turn, Clock clock) {
        this.recurring = recurring;
        this.scheduled = scheduled;
        this.unique = unique;
        this.turn = turn;
        this.clock = clock;
    }

    /** What was decided of those that claim a lock; {@code null} when somebody else makes items of what is due. */
    @Nullable
    List<Decided> store(int most) {
        var due = recurring.due(clock.instant(), most);
        return due.isEmpty() ? List.of() : store(due);
    }

    private @Nullable List<Decided> store(List<Long> due) {
        try {
            return JobStorer.untouched(untouchable -> turn.take(batch -> write(batch, due, untouchable)));
        } catch (RuntimeException e) {
            if (!isOfWhatIsStored(e)) {
                throw e;
            }
            return due.size() == 1 ? storeFailure(due.get(0), e) : storeApart(due);
        }
    }

    private @Nullable List<Decided> storeApart(List<Long> due) {
        var decided = new ArrayList<Decided>();
        var half = due.size() / 2;
        for (var part : List.of(due.subList(0, half), due.subList(half, due.size()))) {
            var some = store(part);
            if (some == null) {
                return null;
            }
            decided.addAll(some);
        }
        return decided;
    }

    /** And not of the database, or of who else is at work there. */
    private static boolean isOfWhatIsStored(RuntimeException e) {
        return e instanceof DataAccessException refused
                ? Database.isRefusal(refused)
                : !(e instanceof TransactionException) && !Database.isAway(e) && !Database.isRepeatable(e);
    }

    private @Nullable List<Decided> write(JobBatch batch, List<Long> due, Set<Long> untouchable) {
        if (!scheduled.tryLock()) {
            return null;
        }
        var now = clock.instant();
        var digests = recurring.digests(due);
        unique.locks().lock(digests);
        var locked = recurring.lock(due, now).stream()
                .filter(d -> d.job().claim() == null
                        || digests.contains(d.job().claim().digest()))
                .toList();
        recurring.advance(locked, now);
        var arrivals = locked.stream()
                .filter(d -> !d.unfinished())
                .map(RecurringDoor::arrival)
                .toList();
        var door = new RecurringDoor(batch, unique, recurring);
        return Decided.of(arrivals, new UniqueBatch<>(unique, door, untouchable).store(arrivals));
    }

    private @Nullable List<Decided> storeFailure(long recurringId, RuntimeException why) {
        var error = "its job cannot be stored: " + NestedExceptionUtils.getMostSpecificCause(why);
        log.atError()
                .addKeyValue("recurring", recurringId)
                .setCause(why)
                .log("The job of one that recurs cannot be stored; a failure is stored in its place");
        try {
            return turn.take(batch -> scheduled.tryLock() ? writeFailure(batch, recurringId, error) : null);
        } catch (RuntimeException e) {
            if (!isOfWhatIsStored(e)) {
                throw e;
            }
            log.atError()
                    .addKeyValue("recurring", recurringId)
                    .setCause(e)
                    .log("A job that recurs is paused, since its next time cannot be found");
            return turn.take(batch -> {
                recurring.pause(recurringId, clock.instant());
                return List.of();
            });
        }
    }

    private List<Decided> writeFailure(JobBatch batch, long recurringId, String error) {
        var now = clock.instant();
        var failing = recurring.lockFailing(recurringId, now, error);
        recurring.advance(failing, now);
        var first = failing.stream().filter(d -> !d.unfinished()).toList();
        recurring.remember(first, batch.write(first.stream().map(Due::job).toList()));
        return List.of();
    }
}

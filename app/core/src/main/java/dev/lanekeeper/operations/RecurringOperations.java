package dev.lanekeeper.operations;

import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.RecurringChangeStore;
import dev.lanekeeper.work.RecurringChangeStore.Recurring;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a person may do to a job that recurs.
 *
 * <p>Called from any thread, in no transaction.
 */
public final class RecurringOperations {

    private final Journal journal;
    private final RecurringChangeStore changes;
    private final Clock clock;
    private final Consumer<Instant> timer;

    /** @param timer is told when a job is due */
    public RecurringOperations(Database database, Clock clock, Consumer<Instant> timer) {
        this.journal = new Journal(database);
        this.changes = new RecurringChangeStore(database, clock);
        this.clock = clock;
        this.timer = timer;
    }

    /** The id of one; empty when the handler has none of that name. */
    public Optional<Long> find(String handler, String name) {
        return changes.find(handler, name);
    }

    /** Keeps it from recurring, also across starts of the application, until somebody resumes it. */
    public RecurringAnswer pause(long recurringId, Operator by) {
        return change("pause", recurringId, by, recurring -> {
            if (recurring.paused()) {
                return RecurringAnswer.IS_PAUSED;
            }
            changes.pause(recurring);
            return RecurringAnswer.PAUSED;
        });
    }

    /** From its next time on; what it has missed is not made up for. */
    public RecurringAnswer resume(long recurringId, Operator by) {
        return change("resume", recurringId, by, recurring -> {
            if (!recurring.paused()) {
                return RecurringAnswer.IS_NOT_PAUSED;
            }
            timer.accept(changes.resume(recurring));
            return RecurringAnswer.RESUMED;
        });
    }

    public RecurringAnswer runNow(long recurringId, Operator by) {
        var answer = change("run-now", recurringId, by, recurring -> {
            if (recurring.paused()) {
                return RecurringAnswer.IS_PAUSED;
            }
            if (recurring.unfinished()) {
                return RecurringAnswer.UNFINISHED;
            }
            changes.runNow(recurring);
            return RecurringAnswer.DUE;
        });
        timer.accept(clock.instant());
        return answer;
    }

    /** Not of one that its handler declares: that would recur again with the next start. */
    public RecurringAnswer end(long recurringId, Operator by) {
        return change("end", recurringId, by, recurring -> {
            if (recurring.declared()) {
                return RecurringAnswer.DECLARED;
            }
            changes.end(recurring);
            return RecurringAnswer.ENDED;
        });
    }

    private RecurringAnswer change(
            String verb, long recurringId, Operator by, Function<Recurring, RecurringAnswer> step) {
        return journal.write(
                by,
                verb,
                changes.target(recurringId).orElse("recurring:" + recurringId),
                () -> changes.lock(recurringId).map(step).orElse(RecurringAnswer.NOT_FOUND));
    }
}

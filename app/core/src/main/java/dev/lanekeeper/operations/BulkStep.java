package dev.lanekeeper.operations;

import dev.lanekeeper.operations.Journal.ChangedMeanwhile;
import dev.lanekeeper.work.BulkProgress.Counts;
import dev.lanekeeper.work.BulkStore.Owned;
import dev.lanekeeper.work.BulkStore.Target;
import dev.lanekeeper.work.BulkVerb;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.FailureChangeStore;
import dev.lanekeeper.work.FailureChangeStore.Done;
import dev.lanekeeper.work.ItemChangeStore;
import dev.lanekeeper.work.ItemChangeStore.Whereabouts;
import dev.lanekeeper.work.State;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/** One piece of a bulk operation: changes those items that still are failures, and says what the others are by now. */
final class BulkStep {

    private final ItemChangeStore items;
    private final FailureChangeStore failures;

    BulkStep(Database database, Clock clock) {
        this.items = new ItemChangeStore(database, clock);
        this.failures = new FailureChangeStore(database, clock);
    }

    /** In the caller's transaction, which is rolled back when somebody else has changed one of these items meanwhile. */
    Counts change(Owned bulk, List<Target> targets) {
        var found = items.findAll(targets.stream().map(Target::itemId).toList());
        var failed = found.stream().filter(BulkStep::isFailure).toList();
        var done = failed.isEmpty() ? new Done(Set.of(), 0) : changeFailures(bulk, failed);
        if (done.items().size() < failed.size()) {
            throw new ChangedMeanwhile();
        }
        return counts(targets.size(), found, done);
    }

    private static boolean isFailure(Whereabouts item) {
        return item.waitsIn() == null && (item.state() == State.FAILED || item.state() == State.REJECTED);
    }

    private Done changeFailures(Owned bulk, List<Whereabouts> failed) {
        if (bulk.verb() == BulkVerb.RETRY) {
            return failures.reopen(failed);
        }
        return failures.discard(failed, new Operator(bulk.operator(), bulk.reason()).inOneLine());
    }

    private Counts counts(int looked, List<Whereabouts> found, Done done) {
        var waiting = found.stream()
                .filter(item -> item.waitsIn() != null)
                .map(Whereabouts::itemId)
                .toList();
        var running = waiting.isEmpty() ? 0 : failures.running(waiting).size();
        var changed = done.items().size();
        return new Counts(
                0,
                changed,
                done.behindParking(),
                running,
                waiting.size() - running,
                found.size() - changed - waiting.size(),
                looked - found.size());
    }
}

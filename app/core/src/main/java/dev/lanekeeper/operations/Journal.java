package dev.lanekeeper.operations;

import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.OperationStore;
import dev.lanekeeper.work.OperationStore.Operation;
import java.util.function.Supplier;

/** Does what a person wants in one transaction, together with the line that says who did it and what came of it. */
final class Journal {

    private static final int ATTEMPTS = 10;

    private final Database database;
    private final OperationStore operations;

    Journal(Database database) {
        this.database = database;
        this.operations = new OperationStore(database);
    }

    /** What was found had been changed by somebody else before it was locked; the step is taken back and begins again. */
    static final class ChangedMeanwhile extends RuntimeException {

        private static final long serialVersionUID = 1L;

        ChangedMeanwhile() {
            super("changed meanwhile", null, false, false);
        }
    }

    <T extends Enum<T>> T write(Operator by, String verb, String target, Supplier<T> step) {
        for (var attempt = 1; ; attempt++) {
            try {
                return database.inTransaction(() -> {
                    database.guardLanes();
                    var answer = step.get();
                    operations.write(new Operation(by.name(), verb, target, by.reason(), answer.name()));
                    return answer;
                });
            } catch (ChangedMeanwhile e) {
                if (attempt == ATTEMPTS) {
                    throw new IllegalStateException(
                            "%s %s was changed by others %d times while it was tried to %s it; try again"
                                    .formatted(verb, target, attempt, verb),
                            e);
                }
            }
        }
    }
}

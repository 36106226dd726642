package dev.lanekeeper.work;

import org.jspecify.annotations.Nullable;

/** Writes {@code operation}: who did what to which item, lane or handler, and what came of it. */
public final class OperationStore {

    private final Database database;

    public OperationStore(Database database) {
        this.database = database;
    }

    /**
     * What a person did.
     *
     * @param target {@code item:<id>}, {@code lane:<id>} or {@code handler:<name>}
     */
    public record Operation(
            String operator,
            String verb,
            String target,
            @Nullable String reason,
            String result) {}

    /** In the transaction of what was done. */
    public void write(Operation operation) {
        database.sql("""
                        INSERT INTO lanekeeper.operation (operator, verb, target, reason, result)
                        VALUES (?, ?, ?, ?, ?)
                        """)
                .param(Texts.safe(operation.operator()))
                .param(operation.verb())
                .param(Texts.indexable(operation.target()))
                .param(Texts.safe(operation.reason()))
                .param(operation.result())
                .update();
    }
}

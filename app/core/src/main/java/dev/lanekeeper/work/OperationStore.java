package dev.lanekeeper.work;

import java.util.UUID;
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
     * @param target {@code item:<id>}, {@code lane:<id>}, {@code handler:<name>} or {@code lock:<key>}
     * @param lock the digest of the lock; {@code null} for everything else
     */
    public record Operation(
            String operator,
            String verb,
            String target,
            @Nullable String reason,
            String result,
            @Nullable UUID lock) {

        /** What was done to something else than a lock. */
        public Operation(String operator, String verb, String target, @Nullable String reason, String result) {
            this(operator, verb, target, reason, result, null);
        }
    }

    /** In the transaction of what was done. */
    public void write(Operation operation) {
        database.sql("""
                        INSERT INTO lanekeeper.operation (operator, verb, target, reason, result, digest)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """)
                .param(Texts.safe(operation.operator()))
                .param(operation.verb())
                .param(Texts.indexable(operation.target()))
                .param(Texts.safe(operation.reason()))
                .param(operation.result())
                .param(operation.lock())
                .update();
    }
}

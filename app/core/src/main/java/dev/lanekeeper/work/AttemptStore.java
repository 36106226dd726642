package dev.lanekeeper.work;

import dev.lanekeeper.work.ItemResult.FailedAttempt;
import dev.lanekeeper.work.Seal.Sealed;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes {@code attempt}: every failed attempt, in the transaction that records its result. */
final class AttemptStore {

    private final Database database;

    AttemptStore(Database database) {
        this.database = database;
    }

    /** Inserts the failed ones of these results. */
    void insert(Run run, List<? extends ItemResult> results) {
        var failed = new ArrayList<Failed>();
        for (var result : results) {
            var attempt = result.attempt();
            if (attempt != null) {
                failed.add(new Failed(result, attempt));
            }
        }
        if (failed.isEmpty()) {
            return;
        }
        database.sql("""
                        INSERT INTO lanekeeper.attempt (
                               item_id, handler_id, number, node_id, run_id, started_at, finished_at, error_class,
                               error_message, stack_trace, fingerprint, key_id, sealed)
                        SELECT k.item_id, k.handler_id, k.number, ?, ?,
                               'epoch'::timestamptz + k.started_at * interval '1 microsecond',
                               'epoch'::timestamptz + k.finished_at * interval '1 microsecond',
                               k.error_class, k.error_message, k.stack_trace, k.fingerprint, k.key_id, k.sealed
                          FROM unnest(?::bigint[], ?::int[], ?::int[], ?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[],
                                      ?::text[], ?::bigint[], ?::bytea[])
                               AS k (item_id, handler_id, number, started_at, finished_at, error_class, error_message,
                                     stack_trace, fingerprint, key_id, sealed)
                        """)
                .param(run.nodeId())
                .param(run.runId())
                .param(failed.stream().mapToLong(f -> f.result().itemId()).toArray())
                .param(failed.stream().mapToInt(f -> f.result().handlerId()).toArray())
                .param(failed.stream().mapToInt(f -> f.attempt().number()).toArray())
                .param(failed.stream()
                        .mapToLong(f -> Database.micros(f.result().startedAt()))
                        .toArray())
                .param(failed.stream()
                        .mapToLong(f -> Database.micros(f.result().finishedAt()))
                        .toArray())
                .param(failed.stream()
                        .map(f -> Texts.safe(f.attempt().errorClass()))
                        .toArray(String[]::new))
                .param(failed.stream()
                        .map(f -> f.sealed() == null ? Texts.safe(f.attempt().errorMessage()) : null)
                        .toArray(String[]::new))
                .param(failed.stream()
                        .map(f -> f.sealed() == null ? Texts.safe(f.attempt().stackTrace()) : "")
                        .toArray(String[]::new))
                .param(failed.stream()
                        .map(f -> Texts.indexable(f.attempt().fingerprint()))
                        .toArray(String[]::new))
                .param(failed.stream()
                        .map(f -> f.sealed() == null ? null : f.sealed().keyId())
                        .toArray(Long[]::new))
                .param(failed.stream()
                        .map(f -> f.sealed() == null ? null : f.sealed().bytes())
                        .toArray(byte[][]::new))
                .update();
    }

    private record Failed(ItemResult result, FailedAttempt attempt) {

        @Nullable
        Sealed sealed() {
            return attempt.sealed();
        }
    }
}

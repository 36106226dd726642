package dev.lanekeeper.work;

import dev.lanekeeper.work.JobRequest.Wish;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Writes {@code job_request}: what became of jobs that may be asked for twice. */
final class JobRequestStore {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String KIND = "kind";

    private final Database database;

    JobRequestStore(Database database) {
        this.database = database;
    }

    /** What was asked for under a key before, and what came of it. */
    record Before(UUID content, StoredJob answer) {}

    /** Takes the key, for as long as this transaction lasts; tells of the one that has it already, {@code null} for none. */
    @Nullable
    Before begin(Wish wish, String key, Instant now) {
        var ours = database.sql("""
                                INSERT INTO lanekeeper.job_request (handler_id, request_key, content, requested_at)
                                VALUES (?, ?, ?, ?)
                                    ON CONFLICT DO NOTHING
                                """)
                        .param(wish.handlerId())
                        .param(Texts.indexable(key))
                        .param(wish.content())
                        .param(Database.timestamp(now))
                        .update()
                == 1;
        return ours
                ? null
                : database.sql("""
                                SELECT content, answer
                                  FROM lanekeeper.job_request
                                 WHERE handler_id = ? AND request_key = ?
                                """)
                        .param(wish.handlerId())
                        .param(Texts.indexable(key))
                        .query((row, n) -> new Before(row.getObject(1, UUID.class), read(row.getString(2))))
                        .optional()
                        .orElseThrow(() -> Database.again("the first request with this key was forgotten just now"));
    }

    void answer(Wish wish, String key, StoredJob answer) {
        database.sql("""
                        UPDATE lanekeeper.job_request
                           SET answer = ?
                         WHERE handler_id = ? AND request_key = ?
                        """)
                .param(write(answer))
                .param(wish.handlerId())
                .param(Texts.indexable(key))
                .update();
    }

    /** Those of before that time; their keys may be used again. */
    int forget(Instant before, int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.job_request
                         WHERE (handler_id, request_key) IN (
                               SELECT handler_id, request_key
                                 FROM lanekeeper.job_request
                                WHERE requested_at < ?
                                ORDER BY requested_at
                                LIMIT ?)
                        """).param(Database.timestamp(before)).param(most).update();
    }

    private static String write(StoredJob answer) {
        var json = MAPPER.createObjectNode();
        json.put(KIND, answer.getClass().getSimpleName());
        json.setAll((tools.jackson.databind.node.ObjectNode) MAPPER.valueToTree(answer));
        return MAPPER.writeValueAsString(json);
    }

    private static StoredJob read(String text) {
        var json = (tools.jackson.databind.node.ObjectNode) MAPPER.readTree(text);
        var kind = json.remove(KIND).asString();
        var type = Arrays.stream(StoredJob.class.getPermittedSubclasses())
                .filter(c -> c.getSimpleName().equals(kind))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The answer to a request for a job is of kind " + kind
                        + ", which a later version has written; ask there"));
        return (StoredJob) MAPPER.treeToValue(json, type);
    }
}

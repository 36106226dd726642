package dev.lanekeeper.work;

import dev.lanekeeper.work.JobRequest.Wish;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes {@code job_request}: what became of jobs that may be asked for twice. */
final class JobRequestStore {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String KIND = "kind";
    private static final String RAISED = "raised";

    private final Database database;

    JobRequestStore(Database database) {
        this.database = database;
    }

    /**
     * What was asked for under a key before, and what came of it.
     *
     * @param raised whether that was an error for whoever asked
     */
    record Before(UUID content, StoredJob answer, boolean raised) {}

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
                : find(wish, key)
                        .orElseThrow(() -> Database.again("the first request with this key was forgotten just now"));
    }

    /** Of a request that is committed, or this transaction's. */
    Optional<Before> find(Wish wish, String key) {
        return database.sql("""
                        SELECT content, answer
                          FROM lanekeeper.job_request
                         WHERE handler_id = ? AND request_key = ?
                        """)
                .param(wish.handlerId())
                .param(Texts.indexable(key))
                .query((row, n) -> before(row.getObject(1, UUID.class), row.getString(2)))
                .optional();
    }

    void answer(Wish wish, String key, StoredJob answer, boolean raised) {
        database.sql("""
                        UPDATE lanekeeper.job_request
                           SET answer = ?
                         WHERE handler_id = ? AND request_key = ?
                        """)
                .param(write(answer, raised))
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

    private static String write(StoredJob answer, boolean raised) {
        var json = MAPPER.createObjectNode();
        json.put(KIND, answer.getClass().getSimpleName());
        if (raised) {
            json.put(RAISED, true);
        }
        json.setAll((ObjectNode) MAPPER.valueToTree(answer));
        return MAPPER.writeValueAsString(json);
    }

    private static Before before(UUID content, String answer) {
        var json = (ObjectNode) MAPPER.readTree(answer);
        var raised = json.remove(RAISED) != null;
        return new Before(content, read(json), raised);
    }

    private static StoredJob read(ObjectNode json) {
        var kind = json.remove(KIND).asString();
        var type = Arrays.stream(StoredJob.class.getPermittedSubclasses())
                .filter(c -> c.getSimpleName().equals(kind))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The answer to a request for a job is of kind " + kind
                        + ", which a later version has written; ask there"));
        return (StoredJob) MAPPER.treeToValue(json, type);
    }
}

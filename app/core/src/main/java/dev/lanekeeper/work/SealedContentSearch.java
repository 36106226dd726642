package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.work.Seal.Sealed;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what is encrypted of a single item, and opens it. */
public final class SealedContentSearch {

    private final Database database;
    private final SealedEntries entries;

    public SealedContentSearch(Database database) {
        this.database = database;
        this.entries = new SealedEntries(database.seal());
    }

    /**
     * What was encrypted, in plain text.
     *
     * @param content {@code null} where the item's own content is not encrypted, or no longer there
     * @param reason {@code null} where it is not encrypted
     * @param attempts those that are encrypted, by their ids
     */
    public record Opened(
            @Nullable Content content, @Nullable String reason, Map<Long, Attempt> attempts) {}

    /** @param resource {@code null} where it is not encrypted */
    public record Content(
            byte @Nullable [] payload,
            byte @Nullable [] key,
            byte @Nullable [] headers,
            @Nullable String resource,
            @Nullable String intakeError) {}

    /** What a failed attempt has said. */
    public record Attempt(@Nullable String errorMessage, String stackTrace) {}

    /** Whether anything of an item is encrypted; empty for one that is not there. */
    public Optional<Boolean> isSealed(long itemId) {
        return database.sql("""
                        SELECT key_id IS NOT NULL
                               OR EXISTS (SELECT FROM lanekeeper.outcome AS o WHERE o.item_id = w.item_id AND o.sealed IS NOT NULL)
                               OR EXISTS (SELECT FROM lanekeeper.attempt AS a WHERE a.item_id = w.item_id AND a.sealed IS NOT NULL)
                          FROM lanekeeper.work_item AS w
                         WHERE item_id = ?
                        """).param(itemId).query(Boolean.class).optional();
    }

    public Opened open(long itemId) throws KeyMissingException, ForgedContentException {
        var stored = database.sql("""
                        SELECT handler_id, topic, partition, kafka_offset, event_key, payload, headers, key_id
                          FROM lanekeeper.work_item
                         WHERE item_id = ? AND key_id IS NOT NULL AND payload IS NOT NULL
                        """)
                .param(itemId)
                .query((row, n) -> stored(row))
                .optional()
                .orElse(null);
        return new Opened(stored == null ? null : content(stored), reason(itemId), attempts(itemId));
    }

    private record Stored(int handlerId, RawEvent event, byte @Nullable [] headers, Sealed sealed) {}

    private static Stored stored(ResultSet row) throws SQLException {
        var topic = row.getString("topic");
        var payload = row.getBytes("payload");
        var event = new RawEvent(
                topic,
                topic == null ? -1 : row.getInt("partition"),
                topic == null ? -1 : row.getLong("kafka_offset"),
                Instant.EPOCH,
                row.getBytes("event_key"),
                payload,
                List.of());
        return new Stored(
                row.getInt("handler_id"), event, row.getBytes("headers"), new Sealed(row.getLong("key_id"), payload));
    }

    private Content content(Stored stored) throws KeyMissingException, ForgedContentException {
        var sealed = stored.sealed();
        if (stored.event().topic() == null) {
            var document = EntryDocument.open(sealed.bytes(), sealed.keyId(), entries);
            return new Content(document, stored.event().key(), stored.headers(), null, null);
        }
        var content = SealedRecords.open(database.seal(), stored.handlerId(), stored.event(), sealed);
        return new Content(
                content.value(), content.key(), content.headers(), content.resource(), content.intakeError());
    }

    private @Nullable String reason(long itemId) throws KeyMissingException, ForgedContentException {
        var sealed = database.sql(
                        "SELECT key_id, sealed FROM lanekeeper.outcome WHERE item_id = ? AND sealed IS NOT NULL")
                .param(itemId)
                .query((row, n) -> new Sealed(row.getLong(1), row.getBytes(2)))
                .optional()
                .orElse(null);
        if (sealed == null) {
            return null;
        }
        return Parts.text(database.seal().open(sealed, Places.outcome(itemId)));
    }

    private record SealedAttempt(long attemptId, int number, Sealed sealed) {}

    private Map<Long, Attempt> attempts(long itemId) throws KeyMissingException, ForgedContentException {
        var found = database.sql("""
                        SELECT attempt_id, number, key_id, sealed
                          FROM lanekeeper.attempt
                         WHERE item_id = ? AND sealed IS NOT NULL
                         ORDER BY attempt_id DESC
                         LIMIT 50
                        """)
                .param(itemId)
                .query((row, n) ->
                        new SealedAttempt(row.getLong(1), row.getInt(2), new Sealed(row.getLong(3), row.getBytes(4))))
                .list();
        var opened = new HashMap<Long, Attempt>();
        for (var attempt : found) {
            var parts = Parts.split(database.seal().open(attempt.sealed(), Places.attempt(itemId, attempt.number())));
            opened.put(
                    attempt.attemptId(),
                    new Attempt(Parts.text(parts.get(0)), Objects.requireNonNull(Parts.text(parts.get(1)))));
        }
        return opened;
    }
}

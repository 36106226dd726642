package dev.lanekeeper.work;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes {@code setting} and its history: what people have set for handlers while they run. */
public final class SettingStore {

    private final Database database;

    public SettingStore(Database database) {
        this.database = database;
    }

    /** A handler as people want it now: what they have paused, and one value that they have set, if there is any. */
    public record Wish(
            int handlerId,
            boolean intakePaused,
            boolean processingPaused,
            @Nullable String name,
            @Nullable String value) {}

    /** All wishes for these handlers in one look; a handler has a row for each value, and one at least. */
    public List<Wish> wishes(Collection<Integer> handlerIds) {
        return database.sql("""
                        SELECT h.handler_id,
                               h.intake_paused_at IS NOT NULL AS intake_paused,
                               h.processing_paused_at IS NOT NULL AS processing_paused,
                               s.name, s.value
                          FROM lanekeeper.handler AS h
                          LEFT JOIN lanekeeper.setting AS s ON s.handler_id = h.handler_id
                         WHERE h.handler_id = ANY (?::int[])
                        """)
                .param(handlerIds.stream().mapToInt(Integer::intValue).toArray())
                .query(Wish.class)
                .list();
    }

    /** A value that a person has set. */
    public record Row(String name, String value, String changedBy, OffsetDateTime changedAt) {}

    public List<Row> of(int handlerId) {
        return database.sql("""
                        SELECT name, value, changed_by, changed_at
                          FROM lanekeeper.setting
                         WHERE handler_id = ?
                        """).param(handlerId).query(Row.class).list();
    }

    /** The handler's number, its row locked until the transaction ends, so that changes come one after the other. */
    public Optional<Integer> lockHandler(String handler) {
        return database.sql("SELECT handler_id FROM lanekeeper.handler WHERE name = ? FOR NO KEY UPDATE")
                .param(handler)
                .query(Integer.class)
                .optional();
    }

    public Optional<Integer> findHandler(String handler) {
        return database.sql("SELECT handler_id FROM lanekeeper.handler WHERE name = ?")
                .param(handler)
                .query(Integer.class)
                .optional();
    }

    /**
     * A change of one value.
     *
     * @param oldValue {@code null} when the property counted
     * @param newValue {@code null} when the property counts again
     */
    public record Change(
            int handlerId,
            String name,
            @Nullable String oldValue,
            @Nullable String newValue,
            String changedBy,
            @Nullable String reason) {}

    /** Sets or removes a value and writes down who did; the handler is locked. */
    public void write(Change change) {
        if (change.newValue() == null) {
            remove(change);
        } else {
            set(change);
        }
        database.sql("""
                        INSERT INTO lanekeeper.setting_change (handler_id, name, old_value, new_value, changed_by, reason)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """)
                .param(change.handlerId())
                .param(change.name())
                .param(change.oldValue())
                .param(change.newValue())
                .param(Texts.safe(change.changedBy()))
                .param(Texts.safe(change.reason()))
                .update();
    }

    private void remove(Change change) {
        database.sql("DELETE FROM lanekeeper.setting WHERE handler_id = ? AND name = ?")
                .param(change.handlerId())
                .param(change.name())
                .update();
    }

    private void set(Change change) {
        database.sql("""
                        INSERT INTO lanekeeper.setting AS s (handler_id, name, value, changed_by)
                        VALUES (?, ?, ?, ?)
                            ON CONFLICT (handler_id, name) DO UPDATE
                           SET value = excluded.value,
                               changed_by = excluded.changed_by,
                               changed_at = clock_timestamp()
                        """)
                .param(change.handlerId())
                .param(change.name())
                .param(change.newValue())
                .param(Texts.safe(change.changedBy()))
                .update();
    }

    /** A change as it stands in the history. */
    public record PastChange(
            String name,
            @Nullable String oldValue,
            @Nullable String newValue,
            String changedBy,
            @Nullable String reason,
            OffsetDateTime changedAt) {

        public Instant at() {
            return changedAt.toInstant();
        }
    }

    /** The last changes of one handler, the newest first. */
    public List<PastChange> history(int handlerId, int most) {
        return database.sql("""
                        SELECT name, old_value, new_value, changed_by, reason, changed_at
                          FROM lanekeeper.setting_change
                         WHERE handler_id = ?
                         ORDER BY change_id DESC
                         LIMIT ?
                        """)
                .param(handlerId)
                .param(most)
                .query(PastChange.class)
                .list();
    }
}

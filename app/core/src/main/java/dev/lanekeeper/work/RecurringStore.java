package dev.lanekeeper.work;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/** Writes {@code recurring_job}: when each job that recurs is due next. */
public final class RecurringStore {

    private final Database database;
    private final Clock clock;

    public RecurringStore(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Enters when a job recurs; if that is what was known, the time that it is due next stays, even one that has passed. */
    public void recur(int handlerId, Recurrence recurrence) {
        database.sql("""
                        INSERT INTO lanekeeper.recurring_job AS r (handler_id, cron, zone, next_at)
                        VALUES (?, ?, ?, ?)
                            ON CONFLICT (handler_id) DO UPDATE
                           SET cron = excluded.cron, zone = excluded.zone, next_at = excluded.next_at
                         WHERE r.cron <> excluded.cron OR r.zone <> excluded.zone
                        """)
                .param(handlerId)
                .param(recurrence.cron())
                .param(recurrence.zone())
                .param(Database.timestamp(recurrence.after(clock.instant())))
                .update();
    }

    /** It recurs no more. */
    public void end(int handlerId) {
        database.sql("DELETE FROM lanekeeper.recurring_job WHERE handler_id = ?")
                .param(handlerId)
                .update();
    }

    /** A job whose time has come. */
    record Due(int handlerId, String laneGroup, Recurrence recurrence, Instant dueAt, boolean unfinished) {}

    /** Those whose time has come, locked; {@code unfinished} when the item of the time before is. */
    List<Due> due(Instant now) {
        return database.sql("""
                        SELECT r.handler_id, h.lane_group, r.cron, r.zone, r.next_at,
                               EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = r.last_item) AS unfinished
                          FROM lanekeeper.recurring_job AS r
                          JOIN lanekeeper.handler AS h USING (handler_id)
                         WHERE r.next_at <= ?
                         ORDER BY r.next_at, r.handler_id
                           FOR UPDATE OF r
                        """)
                .param(Database.timestamp(now))
                .query((row, n) -> new Due(
                        row.getInt("handler_id"),
                        row.getString("lane_group"),
                        new Recurrence(row.getString("cron"), row.getString("zone")),
                        row.getObject("next_at", OffsetDateTime.class).toInstant(),
                        row.getBoolean("unfinished")))
                .list();
    }

    /** Enters the time after this one, however many were missed. */
    void advance(Due due, Instant now) {
        database.sql("""
                        UPDATE lanekeeper.recurring_job
                           SET next_at = ?, left_out = left_out + ?
                         WHERE handler_id = ?
                        """)
                .param(Database.timestamp(due.recurrence().after(now)))
                .param(due.unfinished() ? 1 : 0)
                .param(due.handlerId())
                .update();
    }

    void remember(int handlerId, long itemId) {
        database.sql("UPDATE lanekeeper.recurring_job SET last_item = ? WHERE handler_id = ?")
                .param(itemId)
                .param(handlerId)
                .update();
    }
}

package dev.lanekeeper.work;

import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/** The statements with which a person changes a job that recurs. */
public final class RecurringChangeStore {

    private final Database database;
    private final Clock clock;

    public RecurringChangeStore(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * One that recurs, locked until the transaction ends.
     *
     * @param declared whether a handler of some node says that it does, so that it would come again with the next start
     * @param unfinished whether the job of the time before is
     */
    public record Recurring(long recurringId, boolean declared, Recurrence when, boolean paused, boolean unfinished) {}

    /**
     * Empty when there is none with that id. Two statements: what the second reads is as whoever had the row before has left it, a job
     * that the timer has just stored among it.
     */
    public Optional<Recurring> lock(long recurringId) {
        var locked = database.sql("SELECT FROM lanekeeper.recurring_job WHERE recurring_id = ? FOR UPDATE")
                .param(recurringId)
                .query((row, n) -> recurringId)
                .optional();
        return locked.flatMap(this::read);
    }

    private Optional<Recurring> read(long recurringId) {
        return database.sql("""
                        SELECT r.recurring_id, r.cron, r.zone, r.paused_at IS NOT NULL AS paused, %s AS unfinished,
                               r.name = '' AND EXISTS (SELECT
                                                         FROM lanekeeper.node AS n
                                                        WHERE r.handler_id = ANY (n.handlers)) AS declared
                          FROM lanekeeper.recurring_job AS r
                         WHERE r.recurring_id = ?
                        """.formatted(RecurringStore.UNFINISHED))
                .param(recurringId)
                .query((row, n) -> new Recurring(
                        row.getLong("recurring_id"),
                        row.getBoolean("declared"),
                        new Recurrence(row.getString("cron"), row.getString("zone")),
                        row.getBoolean("paused"),
                        row.getBoolean("unfinished")))
                .optional();
    }

    /** The id of one by its name; empty when none of the handler has it. */
    public Optional<Long> find(String handler, String name) {
        return database.sql("""
                        SELECT r.recurring_id
                          FROM lanekeeper.recurring_job AS r
                          JOIN lanekeeper.handler AS h USING (handler_id)
                         WHERE h.name = ? AND r.name = ?
                        """)
                .param(handler)
                .param(Texts.indexable(name))
                .query(Long.class)
                .optional();
    }

    /** As what the list of what people did has it; empty when there is none with that id. */
    public Optional<String> target(long recurringId) {
        return database.sql("""
                        SELECT h.name AS handler, r.name
                          FROM lanekeeper.recurring_job AS r
                          JOIN lanekeeper.handler AS h USING (handler_id)
                         WHERE r.recurring_id = ?
                        """)
                .param(recurringId)
                .query((row, n) -> NewRecurring.target(row.getString("handler"), row.getString("name")))
                .optional();
    }

    public void pause(Recurring recurring) {
        database.sql("UPDATE lanekeeper.recurring_job SET paused_at = ? WHERE recurring_id = ?")
                .param(Database.timestamp(clock.instant()))
                .param(recurring.recurringId())
                .update();
    }

    /** Its times that have passed meanwhile are not made up for. */
    public Instant resume(Recurring recurring) {
        var next = recurring.when().after(clock.instant());
        database.sql("UPDATE lanekeeper.recurring_job SET paused_at = NULL, next_at = ? WHERE recurring_id = ?")
                .param(Database.timestamp(next))
                .param(recurring.recurringId())
                .update();
        return next;
    }

    /** It is due now, and after that at its times. */
    public void runNow(Recurring recurring) {
        database.sql("UPDATE lanekeeper.recurring_job SET next_at = ? WHERE recurring_id = ?")
                .param(Database.timestamp(clock.instant()))
                .param(recurring.recurringId())
                .update();
    }

    public void end(Recurring recurring) {
        database.sql("DELETE FROM lanekeeper.recurring_job WHERE recurring_id = ?")
                .param(recurring.recurringId())
                .update();
    }
}

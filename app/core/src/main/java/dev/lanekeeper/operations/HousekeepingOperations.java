package dev.lanekeeper.operations;

import dev.lanekeeper.housekeeping.Housekeeping;
import dev.lanekeeper.housekeeping.HousekeepingSchedule;
import dev.lanekeeper.work.Database;

/** What a person may do about old rows. Called from any thread, in no transaction. */
public final class HousekeepingOperations {

    /** Under which what people did is kept. */
    public static final String TARGET = "housekeeping";

    private final Journal journal;
    private final Housekeeping housekeeping;
    private final HousekeepingSchedule schedule;

    public HousekeepingOperations(Database database, Housekeeping housekeeping, HousekeepingSchedule schedule) {
        this.journal = new Journal(database);
        this.housekeeping = housekeeping;
        this.schedule = schedule;
    }

    /** Begins a round on this node, in the background. */
    public HousekeepingAnswer runNow(Operator by) {
        return journal.write(by, "run", TARGET, this::begin);
    }

    private HousekeepingAnswer begin() {
        if (housekeeping.recent(1).stream().anyMatch(round -> round.finishedAt() == null)) {
            return HousekeepingAnswer.UNDER_WAY;
        }
        return schedule.runNow() ? HousekeepingAnswer.BEGUN : HousekeepingAnswer.NOT_HERE;
    }
}

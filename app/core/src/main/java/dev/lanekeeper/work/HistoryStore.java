package dev.lanekeeper.work;

import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/**
 * Deletes old rows of what is beside the items, in pieces; each method runs in the caller's transaction and tells how many rows
 * it were.
 */
public final class HistoryStore {

    private final Database database;
    private final IdentityStore identities;
    private final TallyStore tallies;
    private final JobRequestStore jobRequests;

    public HistoryStore(Database database, Clock clock) {
        this.database = database;
        this.identities = new IdentityStore(database);
        this.tallies = new TallyStore(database, clock);
        this.jobRequests = new JobRequestStore(database);
    }

    /** How many blocks of {@code identity} there are to be looked through. */
    public long identityBlocks() {
        return identities.blocks();
    }

    /**
     * Looks through some blocks for identities that may be forgotten.
     *
     * @param before by handler; those of any other stay
     */
    public int forgetIdentities(long fromBlock, long toBlock, Map<Integer, Instant> before) {
        return identities.forget(fromBlock, toBlock, before);
    }

    /** Adds up tallies of minutes into days; those of days that are not over at the given time stay as they are. */
    public int foldTallies(Instant before, int most) {
        return tallies.foldIntoDays(before.truncatedTo(ChronoUnit.DAYS), most);
    }

    /** Wishes that were answered. */
    public int forgetRequests(Instant before, int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.item_request
                         WHERE request_id IN (
                               SELECT request_id
                                 FROM lanekeeper.item_request
                                WHERE answered_at < ?
                                ORDER BY request_id
                                LIMIT ?)
                        """).param(Database.timestamp(before)).param(most).update();
    }

    /** Idempotency keys of jobs, and what became of them. */
    public int forgetJobRequests(Instant before, int most) {
        return jobRequests.forget(before, most);
    }

    /** Who did what. */
    public int forgetOperations(Instant before, int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.operation
                         WHERE operation_id IN (
                               SELECT operation_id
                                 FROM lanekeeper.operation
                                WHERE done_at < ?
                                ORDER BY operation_id
                                LIMIT ?)
                        """).param(Database.timestamp(before)).param(most).update();
    }

    /** Who changed which setting; what is set stays set. */
    public int forgetSettingChanges(Instant before, int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.setting_change
                         WHERE change_id IN (
                               SELECT change_id
                                 FROM lanekeeper.setting_change
                                WHERE changed_at < ?
                                ORDER BY change_id
                                LIMIT ?)
                        """).param(Database.timestamp(before)).param(most).update();
    }

    /** Bulk operations that are over. */
    public int forgetBulkOperations(Instant before, int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.bulk_operation
                         WHERE bulk_id IN (
                               SELECT bulk_id
                                 FROM lanekeeper.bulk_operation
                                WHERE finished_at < ?
                                ORDER BY bulk_id
                                LIMIT ?)
                        """).param(Database.timestamp(before)).param(most).update();
    }
}

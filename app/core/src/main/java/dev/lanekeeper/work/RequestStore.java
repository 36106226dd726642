package dev.lanekeeper.work;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes {@code item_request}: what a person asked of an item whose lane a run had claimed. */
final class RequestStore {

    private final Database database;

    RequestStore(Database database) {
        this.database = database;
    }

    void ask(long itemId, UUID laneId, String by, @Nullable String reason) {
        database.sql("""
                        INSERT INTO lanekeeper.item_request (item_id, lane_id, requested_by, reason)
                        VALUES (?, ?, ?, ?)
                        """)
                .param(itemId)
                .param(laneId)
                .param(Texts.safe(by))
                .param(Texts.safe(reason))
                .update();
    }

    /** Whether somebody has asked already and waits for the answer; the lane is locked. */
    boolean isAsked(long itemId, UUID laneId) {
        return database.sql("""
                        SELECT EXISTS (
                               SELECT
                                 FROM lanekeeper.item_request
                                WHERE lane_id = ? AND item_id = ? AND answered_at IS NULL)
                        """)
                .param(laneId)
                .param(itemId)
                .query(Boolean.class)
                .single();
    }

    /** Items have moved to another lane, and what was asked of them with them; tells how much that was. */
    int follow(UUID from, UUID to) {
        return database.sql("""
                        UPDATE lanekeeper.item_request AS r
                           SET lane_id = ?
                         WHERE r.lane_id = ? AND r.answered_at IS NULL
                           AND EXISTS (
                               SELECT
                                 FROM lanekeeper.lane_item AS i
                                WHERE i.lane_id = ? AND i.item_id = r.item_id)
                        """).param(to).param(from).param(to).update();
    }

    /** An item that was discarded, and whose it was. */
    record Discarded(UUID laneId, long itemId, int handlerId) {}

    /** Discards what was asked for, in lanes that this transaction has locked and that are about to be given back. */
    List<Discarded> apply(Collection<UUID> lanes, Instant now) {
        return database.sql("""
                        WITH asked AS (
                             SELECT request_id, lane_id, item_id, requested_by, reason
                               FROM lanekeeper.item_request
                              WHERE lane_id = ANY (?::uuid[]) AND answered_at IS NULL
                                FOR UPDATE),
                        gone AS (
                             DELETE FROM lanekeeper.lane_item AS i
                              USING asked AS a
                              WHERE i.lane_id = a.lane_id AND i.item_id = a.item_id
                             RETURNING i.lane_id, i.item_id, i.handler_id, i.attempts,
                                       concat_ws(': ', a.requested_by, a.reason) AS reason),
                        recorded AS (
                             INSERT INTO lanekeeper.outcome (item_id, handler_id, state, attempts, finished_at, reason)
                             SELECT item_id, handler_id, 4, attempts, ?, reason
                               FROM gone),
                        answered AS (
                             UPDATE lanekeeper.item_request AS r
                                SET answered_at = ?,
                                    answer = CASE WHEN EXISTS (SELECT FROM gone AS g WHERE g.item_id = r.item_id)
                                                  THEN 'discarded' ELSE 'finished before' END
                               FROM asked AS a
                              WHERE r.request_id = a.request_id)
                        SELECT lane_id, item_id, handler_id
                          FROM gone
                        """)
                .param(Database.uuids(lanes))
                .param(Database.timestamp(now))
                .param(Database.timestamp(now))
                .query(Discarded.class)
                .list();
    }
}

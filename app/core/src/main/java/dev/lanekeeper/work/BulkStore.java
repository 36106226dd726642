package dev.lanekeeper.work;

import dev.lanekeeper.work.BulkProgress.Counts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes {@code bulk_operation} and {@code bulk_item}: what is done to many failures at once, and how far it is. */
public final class BulkStore {

    private final Database database;
    private final NodeStore nodes;
    private final Clock clock;

    public BulkStore(Database database, Clock clock) {
        this.database = database;
        this.nodes = new NodeStore(database);
        this.clock = clock;
    }

    /** Enters an operation for whichever node takes it first. */
    public long start(BulkVerb verb, FailureFilter filter, String operator, @Nullable String reason) {
        return database.sql("""
                        INSERT INTO lanekeeper.bulk_operation (
                               verb, handler, topic, state, fingerprint, resource, entity_id, failed_from, failed_until,
                               operator, reason, started_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        RETURNING bulk_id
                        """)
                .param(verb.name())
                .param(Texts.safe(filter.handler()))
                .param(Texts.safe(filter.topic()))
                .param(filter.state() == null ? null : filter.state().code())
                .param(Texts.safe(filter.fingerprint()))
                .param(Texts.safe(filter.resource()))
                .param(Texts.safe(filter.entity()))
                .param(timestamp(filter.from()))
                .param(timestamp(filter.to()))
                .param(Texts.safe(operator))
                .param(Texts.safe(reason))
                .param(Database.timestamp(clock.instant()))
                .query(Long.class)
                .single();
    }

    private static @Nullable OffsetDateTime timestamp(@Nullable Instant instant) {
        return instant == null ? null : Database.timestamp(instant);
    }

    public Optional<BulkProgress> find(long bulkId) {
        return database.sql("""
                        SELECT bulk_id, verb, handler, topic, state, fingerprint, resource, entity_id, failed_from,
                               failed_until, operator, reason, matched, done, behind_parking, running, waiting, ended, purged,
                               started_at, collected_at, finished_at, cancelled_by
                          FROM lanekeeper.bulk_operation
                         WHERE bulk_id = ?
                        """).param(bulkId).query((row, n) -> progress(row)).optional();
    }

    /** The last ones, the newest first. */
    public List<BulkProgress> recent(int most) {
        return database.sql("""
                        SELECT bulk_id, verb, handler, topic, state, fingerprint, resource, entity_id, failed_from,
                               failed_until, operator, reason, matched, done, behind_parking, running, waiting, ended, purged,
                               started_at, collected_at, finished_at, cancelled_by
                          FROM lanekeeper.bulk_operation
                         ORDER BY bulk_id DESC
                         LIMIT ?
                        """).param(most).query((row, n) -> progress(row)).list();
    }

    private static BulkProgress progress(ResultSet row) throws SQLException {
        return new BulkProgress(
                row.getLong("bulk_id"),
                BulkVerb.valueOf(row.getString("verb")),
                filter(row),
                row.getString("operator"),
                row.getString("reason"),
                new Counts(
                        row.getLong("matched"),
                        row.getLong("done"),
                        row.getLong("behind_parking"),
                        row.getLong("running"),
                        row.getLong("waiting"),
                        row.getLong("ended"),
                        row.getLong("purged")),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                instant(row, "collected_at"),
                instant(row, "finished_at"),
                row.getString("cancelled_by"));
    }

    private static FailureFilter filter(ResultSet row) throws SQLException {
        var state = row.getObject("state", Integer.class);
        return new FailureFilter(
                row.getString("handler"),
                row.getString("topic"),
                state == null ? null : State.of(state),
                row.getString("fingerprint"),
                row.getString("resource"),
                row.getString("entity_id"),
                instant(row, "failed_from"),
                instant(row, "failed_until"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** Asks an operation to stop; false when it is over, or was asked before. */
    public boolean cancel(long bulkId, String by) {
        return database.sql("""
                                UPDATE lanekeeper.bulk_operation
                                   SET cancelled_by = ?, cancelled_at = ?
                                 WHERE bulk_id = ? AND finished_at IS NULL AND cancelled_at IS NULL
                                """)
                        .param(Texts.safe(by))
                        .param(Database.timestamp(clock.instant()))
                        .param(bulkId)
                        .update()
                == 1;
    }

    /** Takes the oldest operation that no living node works on; the node that asks must be alive. */
    public Optional<Long> claim(long nodeId) {
        return database.inTransaction(() -> !nodes.holdAlive(nodeId)
                ? Optional.empty()
                : database.sql("""
                        UPDATE lanekeeper.bulk_operation
                           SET node_id = ?
                         WHERE bulk_id = (
                               SELECT b.bulk_id
                                 FROM lanekeeper.bulk_operation AS b
                                WHERE b.finished_at IS NULL
                                  AND NOT EXISTS (SELECT FROM lanekeeper.node AS n WHERE n.node_id = b.node_id)
                                ORDER BY b.bulk_id
                                LIMIT 1
                                  FOR UPDATE SKIP LOCKED)
                        RETURNING bulk_id
                        """).param(nodeId).query(Long.class).optional());
    }

    /** An operation that this transaction has locked, and that the node owns. */
    public record Owned(
            BulkVerb verb, String operator, @Nullable String reason, boolean collected, boolean cancelled) {}

    /** Locks an operation for a node that lives; empty when it is over, or another node's by now. */
    public Optional<Owned> lockOwned(long bulkId, long nodeId) {
        if (!nodes.holdAlive(nodeId)) {
            return Optional.empty();
        }
        return database.sql("""
                        SELECT verb, operator, reason, collected_at IS NOT NULL AS collected,
                               cancelled_at IS NOT NULL AS cancelled
                          FROM lanekeeper.bulk_operation
                         WHERE bulk_id = ? AND node_id = ? AND finished_at IS NULL
                           FOR UPDATE
                        """).param(bulkId).param(nodeId).query(Owned.class).optional();
    }

    /** Writes down which items match: those that had failed when the operation was started, and still have. */
    public void collect(long bulkId) {
        var matched = database.sql("""
                        INSERT INTO lanekeeper.bulk_item (bulk_id, lane_id, item_id)
                        SELECT b.bulk_id, w.lane_id, w.item_id
                          FROM lanekeeper.bulk_operation AS b
                         CROSS JOIN lanekeeper.outcome AS o
                          JOIN lanekeeper.work_item AS w ON w.item_id = o.item_id
                         WHERE b.bulk_id = ?
                           AND o.state IN (2, 3)
                           AND o.finished_at <= b.started_at
                           AND (b.state IS NULL OR o.state = b.state)
                           AND (b.handler IS NULL
                                OR o.handler_id = (SELECT h.handler_id FROM lanekeeper.handler AS h WHERE h.name = b.handler))
                           AND (b.fingerprint IS NULL OR o.fingerprint = b.fingerprint)
                           AND (b.entity_id IS NULL OR o.entity_id = b.entity_id)
                           AND (b.failed_from IS NULL OR o.finished_at >= b.failed_from)
                           AND (b.failed_until IS NULL OR o.finished_at < b.failed_until)
                           AND (b.topic IS NULL OR w.topic = b.topic)
                           AND (b.resource IS NULL OR w.resource = b.resource)
                        """).param(bulkId).update();
        database.sql("UPDATE lanekeeper.bulk_operation SET matched = ?, collected_at = ? WHERE bulk_id = ?")
                .param(matched)
                .param(Database.timestamp(clock.instant()))
                .param(bulkId)
                .update();
    }

    /** What a bulk operation is to look at next. */
    public record Target(UUID laneId, long itemId) {}

    /** Takes the next items out of the list, lane by lane. */
    public List<Target> take(long bulkId, int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.bulk_item AS b
                         USING (SELECT lane_id, item_id
                                  FROM lanekeeper.bulk_item
                                 WHERE bulk_id = ?
                                 ORDER BY lane_id, item_id
                                 LIMIT ?) AS next
                         WHERE b.bulk_id = ? AND b.lane_id = next.lane_id AND b.item_id = next.item_id
                        RETURNING b.lane_id, b.item_id
                        """)
                .param(bulkId)
                .param(most)
                .param(bulkId)
                .query(Target.class)
                .list();
    }

    /** Adds to what has become of the operation's items. */
    public void count(long bulkId, Counts more) {
        database.sql("""
                        UPDATE lanekeeper.bulk_operation
                           SET done = done + ?,
                               behind_parking = behind_parking + ?,
                               running = running + ?,
                               waiting = waiting + ?,
                               ended = ended + ?,
                               purged = purged + ?
                         WHERE bulk_id = ?
                        """)
                .param(more.done())
                .param(more.behindParking())
                .param(more.running())
                .param(more.waiting())
                .param(more.ended())
                .param(more.purged())
                .param(bulkId)
                .update();
    }

    /** Ends an operation that this transaction has locked; what it has not looked at stays as it is. */
    public void finish(long bulkId) {
        database.sql("DELETE FROM lanekeeper.bulk_item WHERE bulk_id = ?")
                .param(bulkId)
                .update();
        database.sql("UPDATE lanekeeper.bulk_operation SET finished_at = ? WHERE bulk_id = ?")
                .param(Database.timestamp(clock.instant()))
                .param(bulkId)
                .update();
    }
}

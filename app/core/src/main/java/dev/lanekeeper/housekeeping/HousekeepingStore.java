package dev.lanekeeper.housekeeping;

import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.NodeStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes {@code housekeeping}: who cleans up, how far it has come, and what came of it. */
final class HousekeepingStore {

    private static final int LONGEST_ERROR = 1_000;

    private final Database database;
    private final NodeStore nodes;
    private final Clock clock;

    HousekeepingStore(Database database, Clock clock) {
        this.database = database;
        this.nodes = new NodeStore(database);
        this.clock = clock;
    }

    /**
     * Enters a new round of this node, in a transaction of its own. The round of a node that is gone ends by this as lost.
     *
     * @return empty while a living node has one, when one has begun since it was due, or when this node is not alive
     */
    Optional<Long> begin(long nodeId, Instant due) {
        return database.inTransaction(() -> {
            if (!nodes.holdAlive(nodeId)) {
                return Optional.empty();
            }
            var now = Database.timestamp(clock.instant());
            database.sql("""
                            UPDATE lanekeeper.housekeeping AS h
                               SET finished_at = ?, result = 'lost'
                             WHERE h.finished_at IS NULL
                               AND NOT EXISTS (SELECT FROM lanekeeper.node AS n WHERE n.node_id = h.node_id)
                            """).param(now).update();
            return database.sql("""
                            INSERT INTO lanekeeper.housekeeping (node_id, started_at)
                            VALUES (?, ?)
                                ON CONFLICT DO NOTHING
                            RETURNING housekeeping_id
                            """).param(nodeId).param(now).query(Long.class).optional();
        });
    }

    /**
     * Adds what this transaction has done.
     *
     * @return false when the round is no longer this node's, so that the transaction must be rolled back
     */
    boolean add(long round, Swept swept) {
        return database.sql("""
                                UPDATE lanekeeper.housekeeping
                                   SET batches = batches + 1,
                                       items = items + ?,
                                       attempts = attempts + ?,
                                       archived = archived + ?,
                                       payloads = payloads + ?,
                                       identities = identities + ?,
                                       tallies = tallies + ?,
                                       requests = requests + ?,
                                       operations = operations + ?
                                 WHERE housekeeping_id = ? AND finished_at IS NULL
                                """)
                        .param(swept.items())
                        .param(swept.attempts())
                        .param(swept.archived())
                        .param(swept.payloads())
                        .param(swept.identities())
                        .param(swept.tallies())
                        .param(swept.requests())
                        .param(swept.operations())
                        .param(round)
                        .update()
                == 1;
    }

    void finish(long round, Round.Result result, Duration longest, @Nullable String error) {
        database.sql("""
                        UPDATE lanekeeper.housekeeping
                           SET finished_at = ?, result = ?, error = left(?, ?), longest_micros = ?
                         WHERE housekeeping_id = ? AND finished_at IS NULL
                        """)
                .param(Database.timestamp(clock.instant()))
                .param(result.text())
                .param(error)
                .param(LONGEST_ERROR)
                .param(longest.toNanos() / 1_000)
                .param(round)
                .update();
    }

    /** Rounds that are over. */
    int forget(Instant before, int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.housekeeping
                         WHERE housekeeping_id IN (
                               SELECT housekeeping_id
                                 FROM lanekeeper.housekeeping
                                WHERE finished_at < ?
                                ORDER BY housekeeping_id
                                LIMIT ?)
                        """).param(Database.timestamp(before)).param(most).update();
    }

    Round find(long round) {
        return database.sql("""
                        SELECT housekeeping_id, node_id, started_at, finished_at, result, error, batches, longest_micros, items,
                               attempts, archived, payloads, identities, tallies, requests, operations
                          FROM lanekeeper.housekeeping
                         WHERE housekeeping_id = ?
                        """).param(round).query((row, n) -> round(row)).single();
    }

    List<Round> recent(int most) {
        return database.sql("""
                        SELECT housekeeping_id, node_id, started_at, finished_at, result, error, batches, longest_micros, items,
                               attempts, archived, payloads, identities, tallies, requests, operations
                          FROM lanekeeper.housekeeping
                         ORDER BY housekeeping_id DESC
                         LIMIT ?
                        """).param(most).query((row, n) -> round(row)).list();
    }

    private static Round round(ResultSet row) throws SQLException {
        var finishedAt = row.getObject("finished_at", OffsetDateTime.class);
        var result = row.getString("result");
        return new Round(
                row.getLong("housekeeping_id"),
                row.getLong("node_id"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                finishedAt == null ? null : finishedAt.toInstant(),
                result == null ? null : Round.Result.of(result),
                row.getString("error"),
                row.getLong("batches"),
                Database.micros(row.getLong("longest_micros")),
                new Swept(
                        row.getLong("items"),
                        row.getLong("attempts"),
                        row.getLong("archived"),
                        row.getLong("payloads"),
                        row.getLong("identities"),
                        row.getLong("tallies"),
                        row.getLong("requests"),
                        row.getLong("operations")));
    }
}

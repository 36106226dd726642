package dev.lanekeeper.work;

import dev.lanekeeper.work.Balance.Counted;
import dev.lanekeeper.work.Balance.Tallied;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks that nothing is lost and nothing is there twice, for each handler: consumed = stored + duplicates, and stored =
 * waiting + done + skipped + failed + rejected + discarded + purged. What comes from Kafka is compared with the progress on its
 * partitions too. Reads all rows, each check in one statement and so at one
 * moment; for people and tests, never on the path of an event.
 */
public final class ConservationSearch {

    private final Database database;

    public ConservationSearch(Database database) {
        this.database = database;
    }

    /** All that does not come out, in words; empty when everything does. */
    public List<String> faults() {
        var faults = new ArrayList<>(strays());
        balances().forEach(b -> faults.addAll(b.faults()));
        return faults;
    }

    /** The sums of every handler. */
    public List<Balance> balances() {
        return database.sql("""
                        WITH tallied AS (
                             SELECT handler_id,
                                    sum(consumed) AS consumed, sum(duplicates) AS duplicates, sum(stored) AS stored,
                                    sum(repeated) AS repeated, sum(done) AS done, sum(skipped) AS skipped,
                                    sum(failed - reopened_failed) AS failed,
                                    sum(rejected - reopened_rejected) AS rejected,
                                    sum(discarded - reopened_discarded) AS discarded,
                                    sum(purged) AS purged
                               FROM lanekeeper.tally
                              GROUP BY handler_id),
                        progress AS (
                             SELECT handler_id, sum(consumed) AS consumed
                               FROM lanekeeper.partition_progress
                              GROUP BY handler_id),
                        items AS (
                             SELECT handler_id, count(*) AS number
                               FROM lanekeeper.work_item
                              GROUP BY handler_id),
                        waiting AS (
                             SELECT handler_id, count(*) AS number
                               FROM lanekeeper.lane_item
                              GROUP BY handler_id),
                        outcomes AS (
                             SELECT handler_id,
                                    count(*) FILTER (WHERE state = 1) AS done,
                                    count(*) FILTER (WHERE state = 2) AS failed,
                                    count(*) FILTER (WHERE state = 3) AS rejected,
                                    count(*) FILTER (WHERE state = 4) AS discarded,
                                    count(*) FILTER (WHERE state = 5) AS skipped
                               FROM lanekeeper.outcome
                              GROUP BY handler_id)
                        SELECT h.name, t.consumed, t.duplicates, t.stored, t.repeated, t.done, t.skipped, t.failed, t.rejected,
                               t.discarded, t.purged,
                               CASE WHEN h.kafka_group IS NULL THEN t.consumed ELSE p.consumed END AS consumed_by_progress,
                               i.number AS item_rows,
                               w.number AS waiting_rows, o.done AS done_rows, o.skipped AS skipped_rows,
                               o.failed AS failed_rows, o.rejected AS rejected_rows, o.discarded AS discarded_rows
                          FROM lanekeeper.handler AS h
                          LEFT JOIN tallied AS t USING (handler_id)
                          LEFT JOIN progress AS p USING (handler_id)
                          LEFT JOIN items AS i USING (handler_id)
                          LEFT JOIN waiting AS w USING (handler_id)
                          LEFT JOIN outcomes AS o USING (handler_id)
                         ORDER BY h.name
                        """).query((row, n) -> balance(row)).list();
    }

    private static Balance balance(ResultSet row) throws SQLException {
        return new Balance(
                row.getString("name"),
                new Tallied(
                        row.getLong("consumed"),
                        row.getLong("duplicates"),
                        row.getLong("stored"),
                        row.getLong("repeated"),
                        row.getLong("done"),
                        row.getLong("skipped"),
                        row.getLong("failed"),
                        row.getLong("rejected"),
                        row.getLong("discarded"),
                        row.getLong("purged")),
                new Counted(
                        row.getLong("consumed_by_progress"),
                        row.getLong("item_rows"),
                        row.getLong("waiting_rows"),
                        row.getLong("done_rows"),
                        row.getLong("skipped_rows"),
                        row.getLong("failed_rows"),
                        row.getLong("rejected_rows"),
                        row.getLong("discarded_rows")));
    }

    /** Rows that do not belong together: nothing would ever run, or end, what is named here. */
    public List<String> strays() {
        return database.sql("""
                        SELECT 'lane ' || l.lane_id || ' counts ' || l.waiting || ' items and has ' || count(i.item_id)
                          FROM lanekeeper.lane AS l
                          LEFT JOIN lanekeeper.lane_item AS i ON i.lane_id = l.lane_id
                         GROUP BY l.lane_id
                        HAVING l.waiting <> count(i.item_id)
                        UNION ALL
                        SELECT 'lane ' || lane_id || ' is empty and not parked'
                          FROM lanekeeper.lane
                         WHERE waiting = 0 AND parked_at IS NULL
                        UNION ALL
                        SELECT 'lane ' || lane_id || ' belongs to node ' || owner_node || ', which is gone'
                          FROM lanekeeper.lane AS l
                         WHERE owner_node IS NOT NULL
                           AND NOT EXISTS (SELECT FROM lanekeeper.node AS n WHERE n.node_id = l.owner_node)
                        UNION ALL
                        SELECT 'item ' || item_id || ' waits in a lane that is not there'
                          FROM lanekeeper.lane_item AS i
                         WHERE NOT EXISTS (SELECT FROM lanekeeper.lane AS l WHERE l.lane_id = i.lane_id)
                        UNION ALL
                        SELECT 'item ' || item_id || ' waits in ' || count(*) || ' lanes'
                          FROM lanekeeper.lane_item
                         GROUP BY item_id
                        HAVING count(*) > 1
                        UNION ALL
                        SELECT 'item ' || item_id || ' waits and is finished'
                          FROM lanekeeper.lane_item
                          JOIN lanekeeper.outcome USING (item_id)
                        UNION ALL
                        SELECT 'item ' || item_id || ' waits and was never stored'
                          FROM lanekeeper.lane_item AS i
                         WHERE NOT EXISTS (SELECT FROM lanekeeper.work_item AS w WHERE w.item_id = i.item_id)
                        UNION ALL
                        SELECT 'item ' || item_id || ' is finished and was never stored'
                          FROM lanekeeper.outcome AS o
                         WHERE NOT EXISTS (SELECT FROM lanekeeper.work_item AS w WHERE w.item_id = o.item_id)
                        """).query(String.class).list();
    }
}

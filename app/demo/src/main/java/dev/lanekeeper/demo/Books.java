package dev.lanekeeper.demo;

import dev.lanekeeper.demo.Ledger.Place;
import dev.lanekeeper.work.Balance;
import dev.lanekeeper.work.ConservationSearch;
import dev.lanekeeper.work.Database;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** What Lanekeeper itself says that it did. */
final class Books {

    private final Database database;
    private final ConservationSearch conservation;

    Books(Database database) {
        this.database = database;
        this.conservation = new ConservationSearch(database);
    }

    /** How far it is. */
    record Progress(long consumed, long waiting, long finished) {

        boolean isFinished(long events) {
            return consumed >= events && waiting == 0;
        }
    }

    /** Sums over all handlers. */
    record Sums(long consumed, long done, long failed, long duplicates) {}

    Progress progress() {
        return database.sql("""
                        SELECT (SELECT coalesce(sum(consumed), 0) FROM lanekeeper.partition_progress) AS consumed,
                               (SELECT coalesce(sum(waiting), 0) FROM lanekeeper.lane) AS waiting,
                               (SELECT coalesce(sum(done + failed + duplicates), 0) FROM lanekeeper.tally) AS finished
                        """).query(Progress.class).single();
    }

    Sums sums() {
        var balances = conservation.balances();
        return new Sums(
                sum(balances, b -> b.counted().consumed()),
                sum(balances, b -> b.counted().done()),
                sum(balances, b -> b.counted().failed()),
                sum(balances, b -> b.tallied().duplicates()));
    }

    /** Sums that do not come out, and rows that do not belong together. */
    List<String> faults() {
        return conservation.faults();
    }

    Set<Place> failures() {
        return database.sql("""
                        SELECT w.topic, w.partition, w.kafka_offset AS offset
                          FROM lanekeeper.outcome AS o
                          JOIN lanekeeper.work_item AS w USING (item_id)
                         WHERE o.state = 2
                        """).query(Place.class).list().stream().collect(Collectors.toSet());
    }

    private static long sum(List<Balance> balances, ToLongFunction<Balance> part) {
        return balances.stream().mapToLong(part).sum();
    }
}

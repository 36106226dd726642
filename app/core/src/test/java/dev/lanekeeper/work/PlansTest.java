package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.work.Corridor.Claimed;
import dev.lanekeeper.work.LaneResult.Next;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A queue table is empty when the server makes the plan of a prepared statement, and that plan stays when it is full. So each
 * statement is prepared while there is next to nothing, and must then touch only what it is about.
 */
class PlansTest {

    private static final int LANES = 2_500;
    private static final int ITEMS_OF_A_LANE = 4;
    private static final int BATCH = 50;

    /** Index entries and rows of all our tables that one step may read for each item that it is about. */
    private static final double READS_FOR_EACH_ITEM = 40;

    @ParameterizedTest
    @ValueSource(strings = {"VACUUM ANALYZE", "SET plan_cache_mode = force_generic_plan"})
    void thatWereMadeForEmptyTablesReadNoMoreThanTheyNeedWhenTheTablesAreFull(String beforehand) throws SQLException {
        var corridor = Corridor.apart("plans", UnaryOperator.identity());
        try (var statement = corridor.dataSource.getConnection().createStatement()) {
            statement.execute(beforehand);
        }
        prepare(corridor);
        fill(corridor);
        var node = corridor.node();
        var reads = new LinkedHashMap<String, Double>();

        corridor.store(items(2_000));
        reads.put("store", reads(corridor, BATCH, () -> corridor.store(items(3_000))));
        var claimed = new ArrayList<Claimed>();
        reads.put("claim", reads(corridor, BATCH, () -> claimed.add(claim(corridor, node))));
        var lanes = claimed.get(0).lanes().toArray(OwnedLane[]::new);
        var read = new ArrayList<WaitingItem>();
        reads.put("read", reads(corridor, BATCH, () -> read.addAll(corridor.read(lanes))));
        reads.put("record", reads(corridor, BATCH, () -> record(corridor, claimed.get(0), read)));
        var people = new ItemOperations(corridor.database, corridor.clock);
        var first = firstWaiting(corridor);
        reads.put("discard", reads(corridor, 10, () -> people.discard(first, World.ANNA)));
        reads.put("retry", reads(corridor, 10, () -> people.retry(first, World.ANNA)));
        reads.put("look for READY lanes", reads(corridor, 10, () -> look(corridor)));
        var dead = claim(corridor, node);
        corridor.nodes.delete(node);
        var other = corridor.node();
        reads.put(
                "rescue",
                reads(corridor, dead.lanes().size(), () -> corridor.rescuer().rescue(other, Duration.ofSeconds(10))));

        assertThat(lanes).hasSize(BATCH);
        assertThat(read).hasSize(BATCH * ITEMS_OF_A_LANE);
        assertThat(reads).allSatisfy((step, number) -> assertThat(number).isLessThan(READS_FOR_EACH_ITEM));
    }

    @Test
    void ofALaneWithManyItemsThatMayOvertakeReadAFewOfThem() {
        var corridor = Corridor.apart("plans_overtake", UnaryOperator.identity());
        prepare(corridor);
        for (var offset = 0; offset < 3_000; offset += 500) {
            corridor.store(Corridor.items(1_000 + offset, 1_500 + offset, "many"));
        }
        var claimed = corridor.claim(corridor.node());
        var failed = corridor.retry(corridor.read(claimed.lane()).get(0), Duration.ofMinutes(5));
        var back = List.of(new LaneResult(claimed.lane(), List.of(failed), Next.RELEASE, true));

        var released = new ArrayList<Recorded>();
        var reads = reads(corridor, 1, () -> released.add(corridor.recorder().record(claimed.run(), 1, back)));

        assertThat(released.get(0).ready()).isEqualTo(1);
        assertThat(reads).isLessThan(READS_FOR_EACH_ITEM);
    }

    @Test
    void thatDeleteOldItemsReadNoMoreThanThosePieceByPiece() {
        var reads = readsOfTwoPieces(UnaryOperator.identity());

        assertThat(reads).hasSize(2).allSatisfy(number -> assertThat(number).isLessThan(READS_FOR_EACH_ITEM));
    }

    @Test
    void thatLookForOldItemsOfAHandlerWithoutAnyReadNoneOfAnother() throws SQLException {
        var corridor = Corridor.apart("plans_purge", UnaryOperator.identity());
        finished(corridor, 20_000, 5);
        try (var statement = corridor.dataSource.getConnection().createStatement()) {
            statement.execute("VACUUM ANALYZE");
        }
        var store = new PurgeStore(corridor.database, corridor.clock);
        var terms = new PurgeStore.Terms(Instant.MAX, Instant.MAX, Instant.MAX);

        var found = new ArrayList<Optional<PurgeStore.Piece>>();
        var reads = reads(
                corridor,
                1,
                () -> corridor.database.inTransaction(() -> {
                    corridor.database.guardLanes();
                    return found.add(store.next(corridor.handlerId + 1, 0, terms, BATCH));
                }));

        assertThat(found).containsExactly(Optional.empty());
        assertThat(reads).isLessThan(READS_FOR_EACH_ITEM);
    }

    @ParameterizedTest
    @CsvSource({
        "WHERE handler_id BETWEEN ? AND ?, WHERE handler_id + 0 BETWEEN ? AND ?",
        "DELETE FROM lanekeeper.attempt WHERE item_id = ANY, DELETE FROM lanekeeper.attempt WHERE item_id + 0 = ANY"
    })
    void thatDeleteOldItemsAndReadAWholeTableAreNoticed(String right, String wrong) {
        var reads = readsOfTwoPieces(text -> text.replace(right, wrong));

        assertThat(reads).anySatisfy(number -> assertThat(number).isGreaterThan(READS_FOR_EACH_ITEM));
    }

    /** The second one comes after what the first one has left behind in the indexes. */
    private static List<Double> readsOfTwoPieces(UnaryOperator<String> rewrite) {
        var corridor = Corridor.apart("plans_purge", rewrite);
        for (var round = 0; round < 12; round++) {
            finished(corridor, 3, 40);
            finished(corridor, 2, 5);
            assertThat(purge(corridor, BATCH)).isEqualTo(3);
        }
        finished(corridor, 2_000, 40);
        finished(corridor, 20_000, 5);

        var purged = new ArrayList<Integer>();
        var reads = List.of(
                reads(corridor, BATCH, () -> purged.add(purge(corridor, BATCH))),
                reads(corridor, BATCH, () -> purged.add(purge(corridor, BATCH))));
        assertThat(purged).allSatisfy(number -> assertThat(number).isBetween(BATCH / 2, BATCH));
        return reads;
    }

    /** Items that were finished so many days ago, each after a failed attempt. */
    private static void finished(Corridor corridor, int number, int daysAgo) {
        corridor.database
                .sql("""
                        WITH stored AS (
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, topic, partition, kafka_offset, produced_at, polled_at,
                                    stored_at, resource, payload)
                             SELECT ?, 1, md5(n::text)::uuid, 'orders', 1, n, t.at, t.at, t.at, n::text, '\\x00'
                               FROM generate_series(1, ?) AS n
                              CROSS JOIN (SELECT ?::timestamptz - ? * interval '1 day' AS at) AS t
                             RETURNING item_id, handler_id, lane_id, stored_at),
                        failed AS (
                             INSERT INTO lanekeeper.attempt (
                                    item_id, handler_id, number, node_id, run_id, started_at, finished_at, error_class,
                                    error_message, stack_trace, fingerprint)
                             SELECT item_id, handler_id, 1, 1, lane_id, stored_at, stored_at, 'E', 'no', 'E: no', '0'
                               FROM stored)
                        INSERT INTO lanekeeper.outcome (
                               item_id, handler_id, state, attempts, node_id, run_id, started_at, finished_at)
                        SELECT item_id, handler_id, 1, 2, 1, lane_id, stored_at, stored_at
                          FROM stored
                        """)
                .param(corridor.handlerId)
                .param(number)
                .param(Database.timestamp(corridor.clock.instant()))
                .param(daysAgo)
                .update();
    }

    /** The next piece: what is older than 30 days goes, and the payloads of what is older than 3. */
    private static int purge(Corridor corridor, int most) {
        var store = new PurgeStore(corridor.database, corridor.clock);
        var now = corridor.clock.instant();
        var terms = new PurgeStore.Terms(
                now.minus(Duration.ofDays(30)), now.minus(Duration.ofDays(30)), now.minus(Duration.ofDays(3)));
        return corridor.database.inTransaction(() -> {
            corridor.database.guardLanes();
            var piece = store.next(corridor.handlerId, 0, terms, most).orElseThrow();
            store.removePayloads(piece, terms);
            return store.purge(piece, terms, false).items();
        });
    }

    @Test
    void thatReadAWholeTableAreNoticed() {
        var corridor = Corridor.apart(
                "plans",
                text -> text.contains("row_number() OVER so_far")
                        ? text.replace("WHERE lane_id = k.lane_id", "WHERE lane_id::text = k.lane_id::text")
                        : text);
        fill(corridor);
        var claimed = claim(corridor, corridor.node());

        assertThat(reads(corridor, ITEMS_OF_A_LANE, () -> corridor.read(claimed.lane())))
                .isGreaterThan(READS_FOR_EACH_ITEM);
    }

    /** Often enough for the driver to prepare on the server, and for the server to settle on one plan. */
    private static void prepare(Corridor corridor) {
        var operations = new ItemOperations(corridor.database, corridor.clock);
        for (var round = 0; round < 12; round++) {
            var offset = 10L * round;
            corridor.store(item(offset, "c"), item(offset + 1, "c"));
            corridor.nodes.delete(corridor.claim(corridor.node()).run().nodeId());
            corridor.rescuer().rescue(corridor.node(), Duration.ofSeconds(10));
            corridor.store(item(offset + 2, "a"), item(offset + 3, "a"), item(offset + 4, "b"), item(offset + 5, null));
            look(corridor);
            var first = firstWaiting(corridor);
            operations.discard(first, World.ANNA);
            operations.retry(first, World.ANNA);
            var claimed = corridor.claim(corridor.node());
            record(corridor, claimed, corridor.read(claimed.lanes().toArray(OwnedLane[]::new)));
            corridor.nodes.delete(claimed.run().nodeId());
            corridor.rescuer().rescue(corridor.node(), Duration.ofSeconds(10));
            corridor.clock.advance(Duration.ofSeconds(5));
            corridor.drain();
        }
        assertThat(corridor.count("lanekeeper.lane")).isZero();
    }

    /** For a handler that has none, among many lanes of another. */
    private static void look(Corridor corridor) {
        var search = new LaneSearch(corridor.database);
        var handlers = List.of(corridor.handlerId + 1);
        var now = corridor.clock.instant();
        assertThat(search.readyHandlers(handlers, now)).isEmpty();
        assertThat(search.dueBetween(handlers, now, now.plusSeconds(10), 100)).isEmpty();
    }

    private static long firstWaiting(Corridor corridor) {
        return corridor.database
                .sql("SELECT item_id FROM lanekeeper.lane_item ORDER BY item_id LIMIT 1")
                .query(Long.class)
                .single();
    }

    private static void fill(Corridor corridor) {
        corridor.database
                .sql("""
                        INSERT INTO lanekeeper.lane (lane_id, due_at, handler_id, waiting)
                        SELECT md5(n::text)::uuid, ?, ?, ?
                          FROM generate_series(1, ?) AS n
                        """)
                .param(Database.timestamp(corridor.clock.instant()))
                .param(corridor.handlerId)
                .param(ITEMS_OF_A_LANE)
                .param(LANES)
                .update();
        corridor.database
                .sql("""
                        WITH stored AS (
                             INSERT INTO lanekeeper.work_item (
                                    handler_id, source, lane_id, topic, partition, kafka_offset, produced_at, polled_at,
                                    stored_at, resource, payload)
                             SELECT ?, 1, md5(n::text)::uuid, 'orders', 1, k * ? + n, now(), now(), now(), n::text, '\\x00'
                               FROM generate_series(1, ?) AS k, generate_series(1, ?) AS n
                             RETURNING lane_id, item_id, handler_id)
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                        SELECT lane_id, item_id, '2029-01-01', handler_id, 1
                          FROM stored
                        """)
                .param(corridor.handlerId)
                .param(LANES)
                .param(ITEMS_OF_A_LANE)
                .param(LANES)
                .update();
        assertThat(corridor.count("lanekeeper.lane_item")).isEqualTo((long) LANES * ITEMS_OF_A_LANE);
    }

    private static NewItem[] items(long from) {
        return IntStream.range(0, BATCH)
                .mapToObj(n -> item(from + n, "resource " + n))
                .toArray(NewItem[]::new);
    }

    private static Claimed claim(Corridor corridor, long node) {
        var run = new Run(node, UUID.randomUUID());
        var lanes = new LaneClaimer(corridor.database, corridor.clock, Probe.NONE)
                .claim(
                        node,
                        Map.of(corridor.handlerId, BATCH),
                        ready -> Map.of(run.runId(), ready.get(corridor.handlerId)));
        return new Claimed(run, lanes.get(run.runId()));
    }

    /** Some lanes are drained, some kept and some given back with items left, in some an item fails. */
    private static void record(Corridor corridor, Claimed claimed, List<WaitingItem> read) {
        var results = new ArrayList<LaneResult>();
        for (var lane : claimed.lanes()) {
            var items =
                    read.stream().filter(i -> i.laneId().equals(lane.laneId())).toList();
            var first = items.get(0);
            results.add(
                    switch (results.size() % 4) {
                        case 0 ->
                            new LaneResult(
                                    lane, items.stream().map(corridor::done).toList(), Next.RELEASE, false);
                        case 1 -> new LaneResult(lane, List.of(corridor.done(first)), Next.KEEP, false);
                        case 2 ->
                            new LaneResult(
                                    lane, List.of(corridor.retry(first, Duration.ofSeconds(5))), Next.RELEASE, false);
                        default -> new LaneResult(lane, List.of(corridor.done(first)), Next.RELEASE, true);
                    });
        }
        corridor.recorder().record(claimed.run(), 1, results);
    }

    /** Rows and index entries of our tables that the step reads for each item that it is about. */
    private static double reads(Corridor corridor, int items, Runnable step) {
        var before = corridor.readsSoFar();
        step.run();
        return (double) (corridor.readsSoFar() - before) / items;
    }
}

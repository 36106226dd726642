package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.EntryStorer.Batch;
import dev.lanekeeper.work.EntryStorer.Moved;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How entries leave the outbox. */
class EntryStorerTest {

    private static final int ENTRIES = 20_000;
    private static final int BATCH = 50;
    private static final List<Integer> ALL =
            IntStream.range(0, OutboxStore.SHARDS).boxed().toList();

    /** Index entries and rows of all our tables that may be read for each entry. */
    private static final double READS_FOR_EACH_ENTRY = 40;

    @Test
    void movesTheFirstOfEachShardInTheOrderOfTheirIdsAndSaysWhereThereMayBeMore() {
        var corridor = Corridor.open();
        insert(corridor, 6, "'one'");
        var shard = shardOf(corridor, "one");

        var moved = move(corridor, List.of(shard), 4);

        assertThat(moved.entries()).isEqualTo(4);
        assertThat(moved.unfinished()).containsExactly(shard);
        assertThat(move(corridor, List.of(shard), 4).unfinished()).isEmpty();
        assertThat(corridor.database
                        .sql("SELECT entry_id FROM lanekeeper.work_item WHERE handler_id = ? ORDER BY item_id")
                        .param(corridor.handlerId)
                        .query(Long.class)
                        .list())
                .hasSize(6)
                .isSorted();
        assertThat(new ConservationSearch(corridor.database).strays()).isEmpty();
    }

    @Test
    void leavesAShardToWhoeverMovesIt() throws SQLException {
        var corridor = Corridor.open();
        insert(corridor, 3, "'one'");
        var shard = shardOf(corridor, "one");
        try (var other = corridor.dataSource.getConnection();
                var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT pg_advisory_xact_lock(hashtext('lanekeeper.outbox_entry'), %d)".formatted(shard));

            var moved = move(corridor, ALL, 100);

            assertThat(moved.busy()).containsExactly(shard);
            assertThat(moved.entries()).isZero();
            other.rollback();
        }
        assertThat(move(corridor, List.of(shard), 100).entries()).isEqualTo(3);
    }

    @Test
    void readsNoMoreThanItMovesHoweverManyThereAre() throws SQLException {
        var corridor = Corridor.apart("plans_outbox", UnaryOperator.identity());
        try (var statement = corridor.dataSource.getConnection().createStatement()) {
            statement.execute("SET plan_cache_mode = force_generic_plan");
        }
        for (var round = 0; round < 12; round++) {
            insert(corridor, 2, "n::text");
            new OutboxStore(corridor.database).shardsWithEntries();
            move(corridor, ALL, 64);
        }
        insert(corridor, ENTRIES, "(n % 500)::text");

        var looking = reads(corridor, () -> new OutboxStore(corridor.database).shardsWithEntries());
        var moving = reads(
                corridor,
                () -> assertThat(move(corridor, List.of(1, 2, 3, 4, 5), BATCH).entries())
                        .isEqualTo(BATCH));

        assertThat(looking).isLessThan(3L * OutboxStore.SHARDS);
        assertThat((double) moving / BATCH).isLessThan(READS_FOR_EACH_ENTRY);
    }

    private static long reads(Corridor corridor, Runnable step) {
        var before = corridor.readsSoFar();
        step.run();
        return corridor.readsSoFar() - before;
    }

    private static Moved move(Corridor corridor, List<Integer> shards, int entries) {
        EntryStorer.Expansion everyEntryToOneHandler = (rows, subscriptions) -> rows.stream()
                .map(row -> new EntryItem(
                        corridor.handlerId,
                        "orders",
                        row.causalityKey(),
                        row,
                        row.arguments().getBytes(StandardCharsets.UTF_8),
                        List.of(),
                        null))
                .toList();
        return new EntryStorer(corridor.database, new NoHandOver(), everyEntryToOneHandler, corridor.clock, Probe.NONE)
                .move(new Batch(1, 31_000, shards, entries, 1 << 20));
    }

    private static void insert(Corridor corridor, int entries, String key) {
        corridor.database.sql("""
                        INSERT INTO lanekeeper.outbox_entry (context, event_name, causality_key)
                        SELECT 'c', 'e', %s
                          FROM generate_series(1, ?) AS n
                        """.formatted(key)).param(entries).update();
    }

    private static int shardOf(Corridor corridor, String key) {
        return corridor.database
                .sql("SELECT DISTINCT shard FROM lanekeeper.outbox_entry WHERE causality_key = ?")
                .param(key)
                .query(Integer.class)
                .single();
    }
}

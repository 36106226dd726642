package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.operations.BulkOperations;
import dev.lanekeeper.operations.BulkRunner;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.LaneOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.work.BulkProgress.Counts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BulkByHandTest {

    private static final Operator ANNA = new Operator("anna", null);
    private static final Operator BERT = new Operator("bert", null);

    private Corridor corridor;
    private BulkOperations bulks;

    @BeforeEach
    void openCorridor() {
        corridor = Corridor.open();
        bulks = new BulkOperations(corridor.database, corridor.clock);
    }

    @AfterEach
    void everythingIsStillAccountedFor() {
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
        assertThat(corridor.count("lanekeeper.bulk_item")).isZero();
    }

    @Test
    void retriesEveryFailureInItsOldPlace() {
        fail(0, 1_200, n -> n % 3 == 0 ? null : "r" + n % 7);

        var id = bulks.start(ANNA, BulkVerb.RETRY, FailureFilter.ALL, "fixed");
        runToTheEnd(corridor.node());

        assertThat(counts(id)).isEqualTo(new Counts(1_200, 1_200, 0, 0, 0, 0, 0));
        assertThat(corridor.count("lanekeeper.outcome")).isZero();
        var handled = corridor.drain();
        assertThat(handled).hasSize(1_200).doesNotHaveDuplicates();
        assertThat(handled.stream().filter(n -> n % 3 != 0 && n % 7 == 1)).isSorted();
    }

    @Test
    void discardsWhatMatchesAndNothingElse() {
        fail(0, 40, n -> n < 25 ? "a" : "b");

        var id = bulks.start(
                ANNA,
                BulkVerb.DISCARD,
                new FailureFilter("orders", null, State.FAILED, null, "a", null, null, null),
                "old");
        runToTheEnd(corridor.node());

        assertThat(counts(id).done()).isEqualTo(25);
        assertThat(corridor.count("lanekeeper.outcome WHERE state = 4 AND reason = 'anna: old'"))
                .isEqualTo(25);
        assertThat(corridor.count("lanekeeper.outcome WHERE state = 2")).isEqualTo(15);
    }

    @Test
    void findsFailuresByEveryFieldOfTheFilter() {
        fail(0, 3, n -> "a");
        var from = corridor.clock.instant().plus(Duration.ofSeconds(1));
        corridor.clock.advance(Duration.ofSeconds(2));
        fail(3, 5, n -> "b");
        corridor.database
                .sql("UPDATE lanekeeper.outcome SET fingerprint = 'Oops', entity_id = 'E1' WHERE state = 2")
                .update();

        assertThat(matched(new FailureFilter(null, Corridor.TOPIC, null, "Oops", null, "E1", from, null)))
                .isEqualTo(2);
        assertThat(matched(new FailureFilter(null, null, null, null, null, null, null, from)))
                .isEqualTo(3);
        assertThat(matched(new FailureFilter("nobody", null, null, null, null, null, null, null)))
                .isZero();
        assertThat(matched(new FailureFilter(null, "else", null, null, null, null, null, null)))
                .isZero();
        assertThat(matched(new FailureFilter(null, null, State.REJECTED, null, null, null, null, null)))
                .isZero();
        assertThat(matched(new FailureFilter(null, null, null, "Else", null, null, null, null)))
                .isZero();
        assertThat(matched(new FailureFilter(null, null, null, null, null, "E2", null, null)))
                .isZero();
    }

    /** How many match; the operation is cancelled before it changes any. */
    private long matched(FailureFilter filter) {
        var runner = new BulkRunner(corridor.database, corridor.clock, nodeIds(corridor.node()));
        var id = bulks.start(ANNA, BulkVerb.DISCARD, filter, null);
        runner.step();
        runner.step();
        bulks.cancel(ANNA, id);
        while (runner.step()) {}
        assertThat(counts(id).done()).isZero();
        return counts(id).matched();
    }

    @Test
    void whatIsNoFailureAnyMoreIsSkippedWithTheReason() {
        fail(0, 4, n -> "r" + n);
        var node = corridor.node();
        var runner = new BulkRunner(corridor.database, corridor.clock, nodeIds(node));
        var id = bulks.start(ANNA, BulkVerb.RETRY, FailureFilter.ALL, null);
        runner.step();
        runner.step();
        var people = new ItemOperations(corridor.database, corridor.clock);
        people.discard(itemAt(0), BERT);
        people.retry(itemAt(1), BERT);
        people.retry(itemAt(2), BERT);
        corridor.nodes.renew(node, "[{\"item\":%d,\"forMillis\":5}]".formatted(itemAt(2)));

        while (runner.step()) {}

        assertThat(counts(id)).isEqualTo(new Counts(4, 1, 0, 1, 1, 1, 0));
        assertThat(counts(id).skipped()).isEqualTo(3);
        assertThat(counts(id).left()).isZero();
    }

    @Test
    void anotherNodeGoesOnWhereADeadOneStopped() {
        fail(0, 1_300, n -> "r" + n % 50);
        var id = bulks.start(ANNA, BulkVerb.RETRY, FailureFilter.ALL, null);
        var dead = corridor.node();
        var itsRunner = new BulkRunner(corridor.database, corridor.clock, nodeIds(dead));
        itsRunner.step();
        itsRunner.step();
        itsRunner.step();
        assertThat(counts(id).done()).isEqualTo(500);
        var heir = new BulkRunner(corridor.database, corridor.clock, nodeIds(corridor.node()));
        assertThat(heir.step()).as("takes over while the first one lives").isFalse();

        corridor.nodes.delete(dead);
        while (heir.step()) {}
        while (itsRunner.step()) {}

        assertThat(counts(id)).isEqualTo(new Counts(1_300, 1_300, 0, 0, 0, 0, 0));
        assertThat(corridor.drain()).hasSize(1_300).doesNotHaveDuplicates();
    }

    @Test
    void twoPeopleWhoWantTheSameDoEachItemOnce() throws Exception {
        fail(0, 900, n -> n % 5 == 0 ? null : "r" + n % 11);
        var first = bulks.start(ANNA, BulkVerb.RETRY, FailureFilter.ALL, null);
        var second = bulks.start(BERT, BulkVerb.RETRY, FailureFilter.ALL, null);
        var nodes = List.of(corridor.node(), corridor.node());
        var together = new CyclicBarrier(2);
        var running = nodes.stream()
                .map(node -> CompletableFuture.runAsync(() -> {
                    var runner = new BulkRunner(corridor.database, corridor.clock, nodeIds(node));
                    runner.step();
                    runner.step();
                    await(together);
                    while (runner.step()) {}
                }))
                .toList();
        for (var one : running) {
            one.get(60, TimeUnit.SECONDS);
        }

        assertThat(counts(first).done() + counts(second).done()).isEqualTo(900);
        assertThat(counts(first).skipped() + counts(second).skipped()).isEqualTo(900);
        assertThat(corridor.drain()).hasSize(900).doesNotHaveDuplicates();
    }

    @Test
    void stopsWhenItIsCancelled() {
        fail(0, 700, n -> "r" + n % 50);
        var id = bulks.start(ANNA, BulkVerb.DISCARD, FailureFilter.ALL, null);
        var runner = new BulkRunner(corridor.database, corridor.clock, nodeIds(corridor.node()));
        runner.step();
        runner.step();
        runner.step();

        assertThat(bulks.cancel(BERT, id)).isTrue();
        while (runner.step()) {}

        assertThat(bulks.cancel(BERT, id)).isFalse();
        assertThat(counts(id).done()).isEqualTo(500);
        assertThat(counts(id).left()).isEqualTo(200);
        assertThat(bulks.progress(id)).hasValueSatisfying(p -> {
            assertThat(p.isFinished()).isTrue();
            assertThat(p.cancelledBy()).isEqualTo("bert");
        });
        assertThat(bulks.recent()).extracting(BulkProgress::id).containsExactly(id);
    }

    @Test
    void unparksTheLanesThatTheFailuresHadParkedAndNoOthers() {
        corridor.store(item(0, "a"), item(1, "b"));
        var claimed = corridor.claim(corridor.node());
        for (var lane : claimed.lanes()) {
            corridor.record(
                    claimed, lane, false, corridor.finished(corridor.read(lane).get(0), State.FAILED, true));
        }
        corridor.store(item(2, "a"), item(3, "b"));
        var lanes = new LaneOperations(corridor.database, corridor.clock);
        lanes.unpark(LaneIds.of("orders", "b"), BERT);
        lanes.park(LaneIds.of("orders", "b"), BERT);
        assertThat(corridor.drain()).isEmpty();

        var id = bulks.start(ANNA, BulkVerb.RETRY, FailureFilter.ALL, null);
        runToTheEnd(corridor.node());

        assertThat(counts(id)).isEqualTo(new Counts(2, 2, 1, 0, 0, 0, 0));
        assertThat(corridor.drain()).containsExactly(0L, 2L);
        lanes.unpark(LaneIds.of("orders", "b"), BERT);
        assertThat(corridor.drain()).containsExactly(1L, 3L);
    }

    @Test
    void discardingWhatParkedALaneLetsItGoOn() {
        corridor.store(item(0, "a"));
        var claimed = corridor.claim(corridor.node());
        var head = corridor.read(claimed.lane()).get(0);
        corridor.record(claimed, claimed.lane(), false, corridor.finished(head, State.REJECTED, true));
        corridor.store(item(1, "a"));

        bulks.start(ANNA, BulkVerb.DISCARD, FailureFilter.ALL, null);
        runToTheEnd(corridor.node());

        assertThat(corridor.drain()).containsExactly(1L);
        assertThat(new ItemOperations(corridor.database, corridor.clock).discard(head.itemId(), BERT))
                .isEqualTo(ItemAnswer.ALREADY_DISCARDED);
    }

    private interface Resources {
        @Nullable
        String of(long offset);
    }

    /** Stores items, all of which fail for good. */
    private void fail(long from, long to, Resources resources) {
        var items = LongStream.range(from, to)
                .mapToObj(n -> item(n, resources.of(n)))
                .toArray(NewItem[]::new);
        corridor.store(items);
        var node = corridor.node();
        for (var claimed = corridor.claim(node); !claimed.lanes().isEmpty(); claimed = corridor.claim(node)) {
            for (var lane : claimed.lanes()) {
                var results = new ArrayList<ItemResult>();
                corridor.read(lane).forEach(i -> results.add(corridor.finished(i, State.FAILED, false)));
                corridor.record(claimed, lane, false, results.toArray(ItemResult[]::new));
            }
        }
        assertThat(corridor.count("lanekeeper.lane")).isZero();
    }

    private void runToTheEnd(long node) {
        var runner = new BulkRunner(corridor.database, corridor.clock, nodeIds(node));
        while (runner.step()) {}
    }

    private static LongSupplier nodeIds(long node) {
        return () -> node;
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Counts counts(long id) {
        return bulks.progress(id).orElseThrow().counts();
    }

    private long itemAt(long offset) {
        return corridor.database
                .sql("SELECT item_id FROM lanekeeper.work_item WHERE kafka_offset = ?")
                .param(offset)
                .query(Long.class)
                .single();
    }
}

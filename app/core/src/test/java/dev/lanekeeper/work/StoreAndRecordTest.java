package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static dev.lanekeeper.work.Corridor.items;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.operations.ItemOperations;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreAndRecordTest {

    private Corridor corridor;

    @BeforeEach
    void openCorridor() {
        corridor = Corridor.open();
    }

    @Test
    void runsWhatWasStoredInOrderAndForgetsTheLane() {
        corridor.store(items(0, 5, "a"));

        assertThat(corridor.drain()).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(corridor.count("lanekeeper.lane")).isZero();
        assertThat(corridor.count("lanekeeper.lane_item")).isZero();
        assertThat(corridor.count("lanekeeper.outcome WHERE state = 1")).isEqualTo(5);
    }

    @Test
    void readsAnItemWithoutATimeOfProduction() {
        corridor.store(item(0, "a"));
        corridor.database
                .sql("UPDATE lanekeeper.work_item SET produced_at = NULL")
                .update();

        var claimed = corridor.claim(corridor.node());

        var read = corridor.read(claimed.lane()).get(0);
        assertThat(read.event().producedAt()).isEqualTo(read.polledAt());
    }

    @Test
    void looksAtTheNextThousandToTellHowManyHaveOvertaken() {
        corridor.store(items(0, 1_010, "a"));
        corridor.drain();
        var first = corridor.database
                .sql("SELECT min(item_id) FROM lanekeeper.work_item")
                .query(Long.class)
                .single();

        var people = new ItemOperations(corridor.database, corridor.clock);

        assertThat(people.overtakenBy(first)).isEqualTo(1_000);
        assertThat(people.overtakenBy(first + 1_000)).isEqualTo(9);
    }

    @Test
    void storesARedeliveredRecordOnce() {
        corridor.store(items(0, 3, "a"));

        var again = corridor.store(items(0, 5, "a"));

        assertThat(again.stored()).isEqualTo(2);
        assertThat(again.duplicates()).isEqualTo(3);
        assertThat(corridor.drain()).containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    @Test
    void leavesOutThePartitionThatWasTakenOverAndStoresTheOther() {
        corridor.assign(1, 1, 0);
        corridor.assign(0, 2, 0);

        var stored = corridor.store(item(0, 0, "a"), item(1, 0, "b"));

        assertThat(stored.fenced()).extracting(PartitionClaim::partition).containsExactly(0);
        assertThat(stored.stored()).isEqualTo(1);
    }

    @Test
    void appendsNothingToADatabaseThatHasForgottenWhatWasStored() {
        corridor.store(items(0, 3, "a"));
        var claim = new PartitionClaim(Corridor.TOPIC, 0, 1).reaching(6);

        var stored = corridor.storer()
                .store(new KafkaBatch(
                        corridor.handlerId, "orders", KafkaBatch.FIRST_SLOT, List.of(claim), List.of(item(6, "a"))));

        assertThat(stored.fenced()).containsExactly(claim);
        assertThat(stored.stored()).isZero();
        assertThat(corridor.count("lanekeeper.partition_progress WHERE next_offset = 3"))
                .isEqualTo(1);
    }

    @Test
    void holdsUpTheLaneOfAFailedItemOnlyAndUntilItIsDue() {
        corridor.store(item(0, "a"), item(1, "a"), item(2, "b"));
        var node = corridor.node();
        var claimed = corridor.claim(node);
        var lane = claimed.lanes().stream()
                .filter(l -> l.laneId().equals(LaneIds.of("orders", "a")))
                .findFirst()
                .orElseThrow();
        var recorded = corridor.record(
                claimed, lane, true, corridor.retry(corridor.read(lane).get(0), Duration.ofSeconds(5)));

        assertThat(recorded.kept()).containsExactly(lane.laneId());
        corridor.record(claimed, lane, false);
        corridor.store(item(3, "a"));
        assertThat(corridor.claim(node).lanes()).isEmpty();
        corridor.clock.advance(Duration.ofSeconds(5));
        assertThat(corridor.drain()).containsExactly(0L, 1L, 3L);
    }

    @Test
    void givesAFailedItemOfABundleABundleOfItsOwn() {
        corridor.store(items(0, 3, null));
        var claimed = corridor.claim(corridor.node());
        var read = corridor.read(claimed.lane());

        var recorded = corridor.record(
                claimed,
                claimed.lane(),
                false,
                corridor.done(read.get(0)),
                corridor.retry(read.get(1), Duration.ofSeconds(5)),
                corridor.done(read.get(2)));

        assertThat(recorded.blocked()).hasSize(1);
        assertThat(corridor.drain()).isEmpty();
        corridor.clock.advance(Duration.ofSeconds(5));
        assertThat(corridor.drain()).containsExactly(1L);
    }

    @Test
    void dropsTheResultsOfAnOwnerThatHasBeenReplaced() {
        corridor.store(item(0, "a"));
        var dead = corridor.node();
        var stale = corridor.claim(dead);
        var item = corridor.read(stale.lane()).get(0);
        corridor.nodes.delete(dead);
        corridor.rescuer().rescue(corridor.node(), Duration.ofSeconds(10));

        var recorded = corridor.record(stale, stale.lane(), false, corridor.done(item));

        assertThat(recorded.lost()).containsExactly(stale.lane().laneId());
        assertThat(corridor.count("lanekeeper.outcome")).isZero();
        assertThat(corridor.drain()).containsExactly(0L);
    }

    @Test
    void tellsThatAnItemWasRecordedBeforeAndChangesNothing() {
        corridor.store(items(0, 3, "a"));
        var claimed = corridor.claim(corridor.node());
        var read = corridor.read(claimed.lane());
        var first = corridor.record(claimed, claimed.lane(), true, corridor.done(read.get(0)));

        var again = corridor.record(
                claimed, claimed.lane(), true, corridor.done(read.get(0)), corridor.retry(read.get(1), Duration.ZERO));

        assertThat(first.missing()).isEmpty();
        assertThat(again.missing()).containsExactly(read.get(0).itemId());
        assertThat(corridor.count("lanekeeper.attempt")).isEqualTo(1);
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

    @Test
    void makesNoLaneForABundledItemWhoseFailureWasRecordedBefore() {
        corridor.store(items(0, 2, null));
        var claimed = corridor.claim(corridor.node());
        var read = corridor.read(claimed.lane());
        for (var time = 0; time < 2; time++) {
            corridor.record(claimed, claimed.lane(), true, corridor.retry(read.get(0), Duration.ofSeconds(5)));
        }

        assertThat(corridor.count("lanekeeper.lane")).isEqualTo(2);
        assertThat(corridor.count("lanekeeper.attempt")).isEqualTo(1);
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

    @Test
    void movesItemsThatHaveNotStartedToABundleAndDiscardsThemAsAsked() {
        corridor.store(items(0, 4, null));
        var claimed = corridor.claim(corridor.node());
        var read = corridor.read(claimed.lane());
        var asked = read.get(2).itemId();
        new ItemOperations(corridor.database, corridor.clock).discard(asked, World.ANNA);
        var rest = read.stream().skip(1).map(WaitingItem::itemId).toList();

        var splitter = new BundleSplitter(corridor.database, corridor.clock);
        assertThat(splitter.split(claimed.run(), claimed.lane(), rest)).isEqualTo(3);
        assertThat(splitter.split(claimed.run(), claimed.lane(), rest)).isZero();

        assertThat(corridor.drain()).containsExactly(1L, 3L);
        corridor.record(claimed, claimed.lane(), false, corridor.done(read.get(0)));
        assertThat(corridor.count("lanekeeper.lane")).isZero();
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

    @Test
    void countsFlushesTheLargestOfThemAndTheirBytes() {
        corridor.store(items(0, 3, "a"));
        corridor.store(items(3, 10, "b"));
        corridor.store(items(10, 12, null));

        assertThat(corridor.count("lanekeeper.tally WHERE flushes = 3 AND largest_flush = 7 AND flushed_bytes = "
                        + Stream.of(items(0, 12, "a")).mapToLong(NewItem::bytes).sum()))
                .isEqualTo(1);
    }
}

package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static dev.lanekeeper.work.Corridor.items;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.LaneAnswer;
import dev.lanekeeper.operations.LaneOperations;
import dev.lanekeeper.operations.Operator;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetryByHandTest {

    private static final Operator ANNA = new Operator("anna", "it is repaired");

    private Corridor corridor;
    private ItemOperations operations;

    @BeforeEach
    void openCorridor() {
        corridor = Corridor.open();
        operations = new ItemOperations(corridor.database, corridor.clock);
    }

    @AfterEach
    void everythingIsStillAccountedFor() {
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

    @Test
    void putsAFailedItemBackIntoItsOldPlace() {
        corridor.store(items(0, 3, "a"));
        var failed = finishHead(State.FAILED, false);

        assertThat(operations.retry(failed, ANNA)).isEqualTo(ItemAnswer.DUE);

        assertThat(corridor.drain()).containsExactly(0L, 1L, 2L);
        assertThat(corridor.count("lanekeeper.operation WHERE operator = 'anna' AND verb = 'retry' AND result = 'DUE'"))
                .isEqualTo(1);
    }

    @Test
    void makesTheLaneAnewWhenItWasDrained() {
        for (var state : new State[] {State.FAILED, State.REJECTED, State.DISCARDED}) {
            corridor.store(item(state.code(), "a"));
            var finished = finishHead(state, false);
            assertThat(corridor.count("lanekeeper.lane")).isZero();

            assertThat(operations.retry(finished, ANNA)).isEqualTo(ItemAnswer.DUE);

            assertThat(corridor.drain()).containsExactly((long) state.code());
        }
    }

    @Test
    void givesAnItemWithoutAResourceANewBundle() {
        corridor.store(items(0, 2, null));
        var failed = finishHead(State.FAILED, false);
        corridor.drain();

        assertThat(operations.retry(failed, ANNA)).isEqualTo(ItemAnswer.DUE);

        assertThat(corridor.count("lanekeeper.lane WHERE bundle")).isEqualTo(1);
        assertThat(corridor.drain()).containsExactly(0L);
    }

    @Test
    void beginsTheAttemptsAnew() {
        corridor.store(item(0, "a"));
        var failed = finishHead(State.FAILED, false);

        operations.retry(failed, ANNA);

        assertThat(corridor.count("lanekeeper.lane_item WHERE attempts = 0 AND strikes = 0 AND NOT begun"))
                .isEqualTo(1);
    }

    @Test
    void tellsTheSecondClickThatItIsDueAlready() {
        corridor.store(item(0, "a"));
        var failed = finishHead(State.FAILED, false);

        assertThat(operations.retry(failed, ANNA)).isEqualTo(ItemAnswer.DUE);
        assertThat(operations.retry(failed, ANNA)).isEqualTo(ItemAnswer.ALREADY_DUE);
        assertThat(corridor.drain()).containsExactly(0L);
    }

    @Test
    void doesNotWaitForTheBackoffAnyMore() {
        corridor.store(items(0, 2, "a"));
        var blocked = blockHead();
        assertThat(corridor.drain()).isEmpty();

        assertThat(operations.retry(blocked, ANNA)).isEqualTo(ItemAnswer.DUE);

        assertThat(corridor.drain()).containsExactly(0L, 1L);
    }

    @Test
    void leavesALaneAloneThatARunWorksOn() {
        corridor.store(item(0, "a"));
        var claimed = corridor.claim(corridor.node());
        var read = corridor.read(claimed.lane()).get(0);

        assertThat(operations.retry(read.itemId(), ANNA)).isEqualTo(ItemAnswer.LANE_ACTIVE);
    }

    @Test
    void unparksTheLaneThatTheItemHasParked() {
        corridor.store(items(0, 2, "a"));
        var failed = finishHead(State.FAILED, true);
        assertThat(corridor.drain()).isEmpty();

        assertThat(operations.retry(failed, ANNA)).isEqualTo(ItemAnswer.DUE);

        assertThat(corridor.drain()).containsExactly(0L, 1L);
        assertThat(corridor.count("lanekeeper.lane")).isZero();
    }

    @Test
    void leavesALaneParkedThatSomebodyElseHasParked() {
        corridor.store(items(0, 2, "a"));
        var failed = finishHead(State.FAILED, false);
        var lanes = new LaneOperations(corridor.database, corridor.clock);
        assertThat(lanes.park(LaneIds.of("orders", "a"), ANNA)).isEqualTo(LaneAnswer.PARKED);

        assertThat(operations.retry(failed, ANNA)).isEqualTo(ItemAnswer.DUE_BEHIND_PARKING);
        assertThat(operations.retry(failed, ANNA)).isEqualTo(ItemAnswer.LANE_PARKED);

        assertThat(corridor.drain()).isEmpty();
        assertThat(lanes.unpark(LaneIds.of("orders", "a"), ANNA)).isEqualTo(LaneAnswer.UNPARKED);
        assertThat(corridor.drain()).containsExactly(0L, 1L);
    }

    @Test
    void storesADoneItemAnewAndOnlyOnceWhileThatWaits() {
        for (var resource : Stream.of("a", (String) null).toList()) {
            corridor.store(item(resource == null ? 1 : 0, resource));
            var done = finishHead(State.DONE, false);

            assertThat(operations.retry(done, ANNA)).isEqualTo(ItemAnswer.STORED_ANEW);
            assertThat(operations.retry(done, ANNA)).isEqualTo(ItemAnswer.ALREADY_STORED_ANEW);

            assertThat(corridor.count("lanekeeper.work_item WHERE retry_of = " + done))
                    .isEqualTo(1);
            assertThat(corridor.drain()).hasSize(1);
            assertThat(operations.retry(done, ANNA)).isEqualTo(ItemAnswer.STORED_ANEW);
            assertThat(corridor.drain()).hasSize(1);
        }
    }

    @Test
    void tellsHowManyLaterItemsAreDone() {
        corridor.store(items(0, 4, "a"));
        var failed = finishHead(State.FAILED, false);
        corridor.drain();

        assertThat(operations.overtakenBy(failed)).isEqualTo(3);
    }

    @Test
    void saysThatAnUnknownItemIsUnknown() {
        assertThat(operations.retry(4711, ANNA)).isEqualTo(ItemAnswer.NOT_FOUND);
    }

    @Test
    void wakesALaneForAnItemBehindOneThatWaitsWithoutOvertakingIt() {
        corridor.store(items(0, 3, "a"));
        blockHead();
        var second = secondOf("a");
        var discarding = new ItemOperations(corridor.database, corridor.clock);
        assertThat(discarding.discard(second, ANNA)).isEqualTo(ItemAnswer.DISCARDED);

        assertThat(operations.retry(second, ANNA)).isEqualTo(ItemAnswer.DUE);

        assertThat(corridor.drainInOrder()).isEmpty();
        corridor.clock.advance(Duration.ofSeconds(5));
        assertThat(corridor.drainInOrder()).containsExactly(0L, 1L, 2L);
    }

    private long secondOf(String resource) {
        return corridor.database
                .sql("SELECT item_id FROM lanekeeper.lane_item WHERE lane_id = ? ORDER BY item_id OFFSET 1 LIMIT 1")
                .param(LaneIds.of("orders", resource))
                .query(Long.class)
                .single();
    }

    private long finishHead(State state, boolean park) {
        var claimed = corridor.claim(corridor.node());
        var head = corridor.read(claimed.lane()).get(0);
        corridor.record(claimed, claimed.lane(), false, corridor.finished(head, state, park));
        return head.itemId();
    }

    private long blockHead() {
        var claimed = corridor.claim(corridor.node());
        var head = corridor.read(claimed.lane()).get(0);
        corridor.record(claimed, claimed.lane(), false, corridor.retry(head, Duration.ofSeconds(5)));
        return head.itemId();
    }
}

package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static dev.lanekeeper.work.Corridor.items;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.Operator;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DiscardByHandTest {

    private static final Operator ANNA = new Operator("anna", "nobody needs it");

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
    void takesAWaitingItemOutOfItsLane() {
        corridor.store(items(0, 3, "a"));

        assertThat(operations.discard(itemAt(1), ANNA)).isEqualTo(ItemAnswer.DISCARDED);
        assertThat(operations.discard(itemAt(1), ANNA)).isEqualTo(ItemAnswer.ALREADY_DISCARDED);

        assertThat(corridor.drain()).containsExactly(0L, 2L);
        assertThat(corridor.count("lanekeeper.outcome WHERE state = 4 AND reason = 'anna: nobody needs it'"))
                .isEqualTo(1);
        assertThat(corridor.count("lanekeeper.operation")).isEqualTo(2);
    }

    @Test
    void takesTheLaneAwayWithItsLastItem() {
        corridor.store(item(0, "a"));

        assertThat(operations.discard(itemAt(0), ANNA)).isEqualTo(ItemAnswer.DISCARDED);

        assertThat(corridor.count("lanekeeper.lane")).isZero();
    }

    @Test
    void letsTheLaneGoOnThatTheItemHeldUp() {
        corridor.store(items(0, 2, "a"));
        var claimed = corridor.claim(corridor.node());
        var head = corridor.read(claimed.lane()).get(0);
        corridor.record(claimed, claimed.lane(), false, corridor.retry(head, Duration.ofHours(1)));

        assertThat(operations.discard(head.itemId(), ANNA)).isEqualTo(ItemAnswer.DISCARDED);

        assertThat(corridor.drain()).containsExactly(1L);
    }

    @Test
    void doesNotWakeALaneWhoseHeadWaits() {
        corridor.store(items(0, 3, "a"));
        var claimed = corridor.claim(corridor.node());
        corridor.record(
                claimed,
                claimed.lane(),
                false,
                corridor.retry(corridor.read(claimed.lane()).get(0), Duration.ofHours(1)));

        assertThat(operations.discard(itemAt(2), ANNA)).isEqualTo(ItemAnswer.DISCARDED);

        assertThat(corridor.claim(corridor.node()).lanes()).isEmpty();
    }

    @Test
    void asksTheRunThatOwnsTheLaneAndIsAnsweredWhenItRecords() {
        corridor.store(items(0, 3, "a"));
        var claimed = corridor.claim(corridor.node());
        var read = corridor.read(claimed.lane());

        assertThat(operations.discard(itemAt(1), ANNA)).isEqualTo(ItemAnswer.REQUESTED);
        assertThat(operations.discard(itemAt(1), ANNA)).isEqualTo(ItemAnswer.ALREADY_REQUESTED);
        var recorded = corridor.record(claimed, claimed.lane(), true, corridor.done(read.get(0)));

        assertThat(recorded.kept()).isEmpty();
        assertThat(corridor.count("lanekeeper.item_request WHERE answer = 'discarded'"))
                .isEqualTo(1);
        assertThat(corridor.drain()).containsExactly(2L);
    }

    @Test
    void comesTooLateForAnItemThatTheRunHasHandledMeanwhile() {
        corridor.store(items(0, 2, "a"));
        var claimed = corridor.claim(corridor.node());
        var read = corridor.read(claimed.lane());

        assertThat(operations.discard(itemAt(0), ANNA)).isEqualTo(ItemAnswer.REQUESTED);
        corridor.record(claimed, claimed.lane(), true, corridor.done(read.get(0)));

        assertThat(corridor.count("lanekeeper.item_request WHERE answer = 'finished before'"))
                .isEqualTo(1);
        assertThat(corridor.count("lanekeeper.outcome WHERE state = 1")).isEqualTo(1);
        assertThat(corridor.drain()).containsExactly(1L);
    }

    @Test
    void discardsABundledItemThatHasJustFailedAndMakesNoLaneForIt() {
        corridor.store(items(0, 2, null));
        var claimed = corridor.claim(corridor.node());
        var read = corridor.read(claimed.lane());

        assertThat(operations.discard(itemAt(0), ANNA)).isEqualTo(ItemAnswer.REQUESTED);
        corridor.record(claimed, claimed.lane(), true, corridor.retry(read.get(0), Duration.ofSeconds(5)));

        assertThat(corridor.count("lanekeeper.outcome WHERE state = 4 AND attempts = 1"))
                .isEqualTo(1);
        assertThat(corridor.count("lanekeeper.lane")).isEqualTo(1);
        assertThat(corridor.drain()).containsExactly(1L);
    }

    @Test
    void isAnsweredByTheRescueWhenTheRunHasDied() {
        corridor.store(items(0, 2, "a"));
        var dead = corridor.node();
        corridor.claim(dead);
        assertThat(operations.discard(itemAt(1), ANNA)).isEqualTo(ItemAnswer.REQUESTED);
        corridor.nodes.delete(dead);

        corridor.rescuer().rescue(corridor.node(), Duration.ofSeconds(10));

        assertThat(corridor.count("lanekeeper.item_request WHERE answer = 'discarded'"))
                .isEqualTo(1);
        assertThat(corridor.drain()).containsExactly(0L);
    }

    @Test
    void neverTouchesAnItemWhoseHandlerHasStarted() {
        corridor.store(items(0, 2, "a"));
        var node = corridor.node();
        corridor.claim(node);
        corridor.nodes.renew(node, "[{\"item\": %d, \"attempt\": 1}]".formatted(itemAt(0)));

        assertThat(operations.discard(itemAt(0), ANNA)).isEqualTo(ItemAnswer.RUNNING);
        assertThat(operations.discard(itemAt(1), ANNA)).isEqualTo(ItemAnswer.REQUESTED);
    }

    @Test
    void turnsAFailureIntoADiscardedItemAndUnparksItsLane() {
        corridor.store(items(0, 2, "a"));
        var claimed = corridor.claim(corridor.node());
        var head = corridor.read(claimed.lane()).get(0);
        corridor.record(claimed, claimed.lane(), false, corridor.finished(head, State.FAILED, true));

        assertThat(operations.discard(head.itemId(), ANNA)).isEqualTo(ItemAnswer.DISCARDED);
        assertThat(operations.discard(head.itemId(), ANNA)).isEqualTo(ItemAnswer.ALREADY_DISCARDED);

        assertThat(corridor.drain()).containsExactly(1L);
        assertThat(corridor.count("lanekeeper.outcome WHERE state = 4")).isEqualTo(1);
    }

    @Test
    void removesTheEmptyLaneThatAFailureHadParked() {
        corridor.store(item(0, "a"));
        var claimed = corridor.claim(corridor.node());
        var head = corridor.read(claimed.lane()).get(0);
        corridor.record(claimed, claimed.lane(), false, corridor.finished(head, State.FAILED, true));
        assertThat(corridor.count("lanekeeper.lane WHERE parked_at IS NOT NULL AND waiting = 0"))
                .isEqualTo(1);

        operations.discard(head.itemId(), ANNA);

        assertThat(corridor.count("lanekeeper.lane")).isZero();
    }

    @Test
    void hasNothingToDiscardWhenTheItemEndedWell() {
        corridor.store(item(0, "a"));
        var id = itemAt(0);
        corridor.drain();

        assertThat(operations.discard(id, ANNA)).isEqualTo(ItemAnswer.ALREADY_FINISHED);
        assertThat(operations.discard(4711, ANNA)).isEqualTo(ItemAnswer.NOT_FOUND);
    }

    private long itemAt(long offset) {
        return corridor.database
                .sql("SELECT item_id FROM lanekeeper.work_item WHERE kafka_offset = ?")
                .param(offset)
                .query(Long.class)
                .single();
    }
}

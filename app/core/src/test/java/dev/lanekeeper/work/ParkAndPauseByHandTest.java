package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static dev.lanekeeper.work.Corridor.items;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.operations.HandlerAnswer;
import dev.lanekeeper.operations.HandlerOperations;
import dev.lanekeeper.operations.LaneAnswer;
import dev.lanekeeper.operations.LaneOperations;
import dev.lanekeeper.operations.Operator;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ParkAndPauseByHandTest {

    private static final Operator ANNA = new Operator("anna", null);
    private static final UUID LANE = LaneIds.of("orders", "a");

    private Corridor corridor;
    private LaneOperations lanes;

    @BeforeEach
    void openCorridor() {
        corridor = Corridor.open();
        lanes = new LaneOperations(corridor.database, corridor.clock);
    }

    @AfterEach
    void everythingIsStillAccountedFor() {
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

    @Test
    void parksALaneAndLetsNewItemsQueueBehind() {
        corridor.store(item(0, "a"));

        assertThat(lanes.park(LANE, ANNA)).isEqualTo(LaneAnswer.PARKED);
        assertThat(lanes.park(LANE, ANNA)).isEqualTo(LaneAnswer.ALREADY_PARKED);
        corridor.store(item(1, "a"));

        assertThat(corridor.drain()).isEmpty();
        assertThat(lanes.unpark(LANE, ANNA)).isEqualTo(LaneAnswer.UNPARKED);
        assertThat(lanes.unpark(LANE, ANNA)).isEqualTo(LaneAnswer.NOT_PARKED);
        assertThat(corridor.drain()).containsExactly(0L, 1L);
    }

    @Test
    void stopsARunThatWorksOnTheLane() {
        corridor.store(items(0, 2, "a"));
        var claimed = corridor.claim(corridor.node());
        var read = corridor.read(claimed.lane());

        assertThat(lanes.park(LANE, ANNA)).isEqualTo(LaneAnswer.REQUESTED);
        var recorded = corridor.record(claimed, claimed.lane(), true, corridor.done(read.get(0)));

        assertThat(recorded.kept()).isEmpty();
        assertThat(corridor.drain()).isEmpty();
        lanes.unpark(LANE, ANNA);
        assertThat(corridor.drain()).containsExactly(1L);
    }

    @Test
    void keepsAParkedLaneThatItsRunHasDrained() {
        corridor.store(item(0, "a"));
        var claimed = corridor.claim(corridor.node());
        lanes.park(LANE, ANNA);
        corridor.record(
                claimed,
                claimed.lane(),
                true,
                corridor.done(corridor.read(claimed.lane()).get(0)));
        corridor.store(item(1, "a"));

        assertThat(corridor.drain()).isEmpty();
        lanes.unpark(LANE, ANNA);
        assertThat(corridor.drain()).containsExactly(1L);
    }

    @Test
    void removesAnEmptyLaneWhenItIsUnparked() {
        corridor.store(item(0, "a"));
        var claimed = corridor.claim(corridor.node());
        lanes.park(LANE, ANNA);
        corridor.record(
                claimed,
                claimed.lane(),
                true,
                corridor.done(corridor.read(claimed.lane()).get(0)));

        lanes.unpark(LANE, ANNA);

        assertThat(corridor.count("lanekeeper.lane")).isZero();
        assertThat(lanes.unpark(LANE, ANNA)).isEqualTo(LaneAnswer.NOT_FOUND);
        assertThat(lanes.park(LANE, ANNA)).isEqualTo(LaneAnswer.NOT_FOUND);
    }

    @Test
    void pausesTheHalvesOfAHandlerApart() {
        var handlers = new HandlerOperations(corridor.database);
        var store = new SettingStore(corridor.database);

        assertThat(handlers.pauseIntake("orders", ANNA)).isEqualTo(HandlerAnswer.PAUSED);
        assertThat(handlers.pauseIntake("orders", ANNA)).isEqualTo(HandlerAnswer.ALREADY_PAUSED);
        assertThat(store.wishes(List.of(corridor.handlerId)))
                .containsExactly(new SettingStore.Wish(corridor.handlerId, true, false, null, null));

        assertThat(handlers.pauseProcessing("orders", ANNA)).isEqualTo(HandlerAnswer.PAUSED);
        assertThat(handlers.resumeIntake("orders", ANNA)).isEqualTo(HandlerAnswer.RESUMED);
        assertThat(handlers.resumeIntake("orders", ANNA)).isEqualTo(HandlerAnswer.NOT_PAUSED);
        assertThat(store.wishes(List.of(corridor.handlerId)))
                .containsExactly(new SettingStore.Wish(corridor.handlerId, false, true, null, null));

        assertThat(handlers.resumeProcessing("orders", ANNA)).isEqualTo(HandlerAnswer.RESUMED);
        assertThat(handlers.pauseIntake("nobody", ANNA)).isEqualTo(HandlerAnswer.NOT_FOUND);
        assertThat(corridor.count("lanekeeper.operation WHERE target = 'handler:orders'"))
                .isEqualTo(6);
    }
}

package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static dev.lanekeeper.work.Corridor.items;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each planted fault is one that the sums must show; without it they are silent. */
class ConservationTest {

    private Corridor corridor;
    private ConservationSearch conservation;

    @BeforeEach
    void leaveSomethingInEveryState() {
        corridor = Corridor.open();
        conservation = new ConservationSearch(corridor.database);
        corridor.store(items(0, 6, "a"));
        corridor.store(items(3, 9, "a"));
        var claimed = corridor.claim(corridor.node());
        var lane = claimed.lane();
        var read = corridor.read(lane);
        corridor.record(
                claimed,
                lane,
                false,
                corridor.done(read.get(0)),
                corridor.finished(read.get(1), State.FAILED, false),
                corridor.finished(read.get(2), State.REJECTED, false),
                corridor.finished(read.get(3), State.SKIPPED, false),
                corridor.finished(read.get(4), State.DISCARDED, false),
                corridor.retry(read.get(5), Duration.ofSeconds(5)));
        corridor.store(item(9, null));
    }

    @Test
    void isSilentWhenNothingIsLostAndNothingCameTwice() {
        assertThat(conservation.faults()).isEmpty();
        var balance = conservation.balances().get(0);
        assertThat(balance.tallied().consumed()).isEqualTo(13);
        assertThat(balance.tallied().duplicates()).isEqualTo(3);
        assertThat(balance.counted().waiting()).isEqualTo(5);
        assertThat(balance.counted().failed()).isEqualTo(1);
    }

    @Test
    void noticesAnItemThatIsLostWithItsPlace() {
        plant("DELETE FROM lanekeeper.lane_item WHERE item_id = (SELECT max(item_id) FROM lanekeeper.lane_item)");

        assertThat(conservation.faults()).anyMatch(f -> f.contains("rows of lane_item"));
        assertThat(conservation.strays()).anyMatch(f -> f.contains("counts 1 items and has 0"));
    }

    @Test
    void noticesAnItemThatIsLostWithAllItsRows() {
        plant("DELETE FROM lanekeeper.outcome WHERE state = 1");
        plant("DELETE FROM lanekeeper.work_item WHERE item_id = (SELECT min(item_id) FROM lanekeeper.work_item)");

        assertThat(conservation.strays()).isEmpty();
        assertThat(conservation.faults()).anyMatch(f -> f.contains("rows of work_item"));
        assertThat(conservation.faults()).anyMatch(f -> f.contains("only 0 were purged"));
    }

    @Test
    void noticesAnItemThatIsThereTwice() {
        plant("""
                INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                SELECT gen_random_uuid(), item_id, due_at, handler_id, bytes
                  FROM lanekeeper.lane_item
                 LIMIT 1
                """);

        assertThat(conservation.faults()).anyMatch(f -> f.contains("rows of lane_item"));
        assertThat(conservation.strays()).anyMatch(f -> f.contains("waits in 2 lanes"));
    }

    @Test
    void noticesAnItemThatIsDoneAndStillWaits() {
        plant("""
                INSERT INTO lanekeeper.outcome (item_id, handler_id, state, attempts, finished_at)
                SELECT item_id, handler_id, 1, 1, now()
                  FROM lanekeeper.lane_item
                 LIMIT 1
                """);

        assertThat(conservation.strays()).anyMatch(f -> f.contains("waits and is finished"));
        assertThat(conservation.faults()).anyMatch(f -> f.contains("done = 1, but there are 2 rows"));
    }

    @Test
    void noticesARecordThatWasPassedOver() {
        plant("UPDATE lanekeeper.partition_progress SET consumed = consumed + 1, next_offset = next_offset + 1");

        assertThat(conservation.faults()).anyMatch(f -> f.contains("consumed by partition_progress"));
    }

    @Test
    void noticesALaneWhoseOwnerIsGone() {
        var node = corridor.node();
        assertThat(corridor.claim(node).lanes()).isNotEmpty();
        corridor.nodes.delete(node);

        assertThat(conservation.strays()).anyMatch(f -> f.contains("which is gone"));
    }

    private void plant(String fault) {
        assertThat(corridor.database.sql(fault).update()).isEqualTo(1);
    }
}

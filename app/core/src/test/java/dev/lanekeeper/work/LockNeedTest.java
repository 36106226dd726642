package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LockNeedTest {

    @Test
    void namesTheLocksOfTwoLanesDifferentlyWhereverTheirColonsStand() {
        assertThat(List.of(
                        LockNeed.ofLane("a:b", "c"),
                        LockNeed.ofLane("a", "b:c"),
                        LockNeed.ofLane("a%3Ab", "c"),
                        LockNeed.ofLane("a%253Ab", "c"),
                        LockNeed.ofLane("a::b", "c"),
                        LockNeed.ofLane("a:", "b:c"),
                        LockNeed.ofLane("a", ":b:c")))
                .extracting(LockNeed::digest)
                .doesNotHaveDuplicates();
    }

    @Test
    void leavesNamesWithoutColonsAsTheyAre() {
        assertThat(LockNeed.ofLane("orders of 10%", "customer:1").name()).isEqualTo("lane:orders of 10%:customer:1");
        assertThat(LockNeed.ofLane("a:b", "c").name()).isEqualTo("lane:a%3Ab:c");
    }
}

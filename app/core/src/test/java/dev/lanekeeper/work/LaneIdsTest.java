package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LaneIdsTest {

    @Test
    void namesTheSameLaneForTheSameResourceInEveryRelease() {
        assertThat(LaneIds.of("orders", "customer 1"))
                .isEqualTo(UUID.fromString("9d0f963b-e47e-d50f-3340-cb52d9839138"));
    }

    @Test
    void tellsGroupsAndResourcesApart() {
        assertThat(LaneIds.of("ab", "c")).isNotEqualTo(LaneIds.of("a", "bc"));
        assertThat(LaneIds.of("orders", "a")).isNotEqualTo(LaneIds.of("invoices", "a"));
        assertThat(LaneIds.of("orders", "")).isNotEqualTo(LaneIds.of("orders", "\0"));
    }

    @Test
    void givesBundlesIdsThatGrowWithTimeAndNeverRepeat() {
        var clock = new SettableClock(Instant.parse("2030-01-01T00:00:00Z"));
        var early =
                IntStream.range(0, 1_000).mapToObj(n -> LaneIds.bundle(clock)).toList();
        clock.advance(Duration.ofMillis(1));
        var late = LaneIds.bundle(clock);

        assertThat(early).doesNotHaveDuplicates().allMatch(id -> id.toString().compareTo(late.toString()) < 0);
        assertThat(late.version()).isEqualTo(7);
        assertThat(late.variant()).isEqualTo(2);
    }
}

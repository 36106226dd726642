package dev.lanekeeper.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoadTest {

    @Test
    void givesTheFirstOfAHundredResourcesAFifthOfTheEvents() {
        var load = Load.of("zipf:100", 10_000, 7);

        assertThat(IntStream.range(0, 10_000).filter(n -> load.resource(n) == 0).count())
                .isBetween(1_700L, 2_200L);
        assertThat(IntStream.range(0, 10_000).map(load::resource).max()).hasValue(99);
    }

    @Test
    void numbersTheEventsOfEachResource() {
        var load = Load.of("uniform:3", 100, 7);

        for (var resource = 0; resource < 3; resource++) {
            var wanted = resource;
            var sequences = IntStream.range(0, 100)
                    .filter(n -> load.resource(n) == wanted)
                    .map(load::sequence)
                    .toArray();
            assertThat(sequences)
                    .containsExactly(IntStream.range(0, sequences.length).toArray());
        }
    }

    @Test
    void makesEventsOfThreeHundredBytes() {
        assertThat(Load.of("unique", 12, 7).value(11)).hasSize(300);
        assertThat(Load.of("none", 12, 7).value(11)).hasSize(300);
        assertThat(Load.of("none", 12, 7).key(11)).isNull();
    }
}

package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.World.Form;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever meets whom, and wherever one of them is held up: nothing is lost, doubled, stranded or out of order. */
class InterleavingTest {

    @ParameterizedTest
    @EnumSource
    void losesNothingAndDoublesNothing(Scene scene) throws InterruptedException {
        assertThat(Interleaving.of(scene, Form.PRODUCT).faults()).isEmpty();
    }

    @Tag("chaos")
    @ParameterizedTest
    @EnumSource
    void losesNothingAndDoublesNothingToTheLastStatement(Scene scene) throws InterruptedException {
        assertThat(Interleaving.whole(scene, Form.PRODUCT).faults()).isEmpty();
    }
}

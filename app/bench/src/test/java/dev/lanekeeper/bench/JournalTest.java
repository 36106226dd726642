package dev.lanekeeper.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.bench.Journal.Verdict;
import org.junit.jupiter.api.Test;

class JournalTest {

    /** Events 0, 1, 2, ... all of one resource. */
    private final Load load = Load.of("one", 4, 1);

    private final Journal journal = new Journal(load);

    @Test
    void findsNothingWrongWithCallsInOrder() {
        call(0, 10, 20);
        call(1, 20, 30);
        call(2, 35, 40);
        call(3, 50, 60);

        assertThat(journal.verdict()).isEqualTo(new Verdict(true, true, true));
    }

    @Test
    void findsAPlantedOverlap() {
        call(0, 10, 20);
        call(1, 19, 30);
        call(2, 35, 40);
        call(3, 50, 60);

        assertThat(journal.verdict()).isEqualTo(new Verdict(true, false, true));
    }

    @Test
    void findsAPlantedLoss() {
        call(0, 10, 20);
        call(1, 20, 30);
        call(3, 50, 60);

        assertThat(journal.verdict()).isEqualTo(new Verdict(false, true, true));
    }

    @Test
    void findsAPlantedSwap() {
        call(0, 10, 20);
        call(2, 20, 30);
        call(1, 35, 40);
        call(3, 50, 60);

        assertThat(journal.verdict()).isEqualTo(new Verdict(true, true, false));
    }

    @Test
    void findsAnEventThatWasHandledTwice() {
        call(0, 10, 20);
        call(1, 20, 30);
        call(2, 35, 40);
        call(2, 42, 45);
        call(3, 50, 60);

        assertThat(journal.verdict()).isEqualTo(new Verdict(false, true, false));
    }

    @Test
    void letsEventsOfDifferentResourcesOverlap() {
        var unique = Load.of("unique", 2, 1);
        var two = new Journal(unique);
        two.add(1, 10, 30);
        two.add(0, 20, 40);

        assertThat(two.verdict()).isEqualTo(new Verdict(true, true, true));
    }

    @Test
    void asksForNoOrderOfEventsWithoutResource() {
        var none = Load.of("none", 2, 1);
        var two = new Journal(none);
        two.add(1, 10, 30);
        two.add(0, 20, 40);

        assertThat(two.verdict()).isEqualTo(new Verdict(true, true, true));
    }

    private void call(int number, long enter, long leave) {
        journal.add(number, enter, leave);
    }
}

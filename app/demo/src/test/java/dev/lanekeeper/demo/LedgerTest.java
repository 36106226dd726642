package dev.lanekeeper.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.demo.Effects.Effect;
import dev.lanekeeper.demo.Ledger.Place;
import dev.lanekeeper.demo.Ledger.Verdict;
import dev.lanekeeper.demo.SampleEvents.Fate;
import dev.lanekeeper.demo.SampleEvents.Sample;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LedgerTest {

    private static final Place OF_THE_FAILURE = new Place("orders", 0, 3);

    private final Ledger ledger = new Ledger();

    LedgerTest() {
        send("a", 1, Fate.DONE, 0);
        send("b", 2, Fate.DONE, 1);
        send("b", 2, Fate.DUPLICATE, 2);
        send("c", 3, Fate.FAILED, 3);
    }

    @Test
    void isCleanWhenEachEventHasTheEndThatItShouldHave() {
        assertThat(verdict(effect("a", 1), effect("b", 2))).isEqualTo(new Verdict(0, 0, 0));
    }

    @Test
    void missesAnEffect() {
        assertThat(verdict(effect("b", 2))).isEqualTo(new Verdict(1, 0, 0));
    }

    @Test
    void missesAFailure() {
        var verdict = ledger.verdict(List.of(effect("a", 1), effect("b", 2)), Set.of());

        assertThat(verdict).isEqualTo(new Verdict(1, 0, 0));
    }

    @Test
    void seesAnEffectThatIsThereTwice() {
        assertThat(verdict(effect("a", 1), effect("b", 2), effect("b", 2))).isEqualTo(new Verdict(0, 1, 0));
    }

    @Test
    void seesTheEffectOfAnEventThatWasToFail() {
        assertThat(verdict(effect("a", 1), effect("b", 2), effect("c", 3))).isEqualTo(new Verdict(0, 1, 0));
    }

    @Test
    void seesAnEffectThatCameBeforeAnEarlierOneOfItsResource() {
        assertThat(verdict(effect("b", 2), effect("a", 1))).isEqualTo(new Verdict(0, 0, 1));
    }

    private Verdict verdict(Effect... effects) {
        return ledger.verdict(List.of(effects), Set.of(OF_THE_FAILURE));
    }

    private void send(String id, long number, Fate fate, long offset) {
        var sample = new Sample("orders", id, "customer-1", number, new byte[0], fate);
        ledger.sent(sample, new Place("orders", 0, offset));
    }

    private static Effect effect(String id, long number) {
        return new Effect("orders", id, "customer-1", number);
    }
}

package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.Probe.Step;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An outbox entry that was committed leaves the outbox only with its items, and one that was rolled back never was. */
class NoEntryIsLostTest {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String OUTBOX = "--outbox=true";
    private static final int BLOWS = 8;

    @Test
    void whileTheProcessThatMovesThemDies() {
        try (var site = Site.shared("outbox-halts", 1)) {
            site.showing(() -> dieWhileMoving(site, 1_000, List.of(Step.STORE_BEGUN, Step.STORE_BEFORE_COMMIT)));
        }
    }

    @Test
    @Tag("chaos")
    void whileOneOfTwoInstancesIsKilledAndFrozenAgainAndAgain() {
        try (var site = Site.shared("outbox-storm", 1)) {
            site.showing(() -> rage(site, 20_000));
        }
    }

    @Test
    @Tag("chaos")
    void atAnyStepOfTheMove() {
        try (var site = Site.shared("outbox-all-halts", 1)) {
            site.showing(() -> dieWhileMoving(
                    site,
                    5_000,
                    List.of(
                            Step.STORE_BEGUN,
                            Step.STORE_LANES_LOCKED,
                            Step.STORE_INSERTED,
                            Step.STORE_BEFORE_COMMIT,
                            Step.STORE_COMMITTED,
                            Step.HANDED_OVER,
                            Step.HANDLER_ENDED,
                            Step.RECORD_BEFORE_COMMIT)));
        }
    }

    /** It is slower than any lease, since it does not go on before its successor has done its work. */
    @Test
    @Tag("chaos")
    void whileTheNodeOfASlowProcessorIsFrozenAndGoesOn() {
        try (var site = Site.shared("outbox-frozen", 1)) {
            site.showing(() -> {
                var frozen = site.start(OUTBOX, "--mischief.active=true").awaitUp();
                try (var writing = new Writing(site)) {
                    writing.writeOne(Mischief.IS_HELD);
                    writing.writeOne(Mischief.IS_HELD);
                    frozen.process().awaitLine("holding", PATIENCE);
                    frozen.process().freeze();
                    site.start(OUTBOX, "--mischief.active=true").awaitUp();
                    site.awaitThat(
                            "its successor is done",
                            PATIENCE,
                            () -> site.finished("outbox-exact", 1) == 2 && site.finished("outbox-plain", 1) == 2);
                    frozen.process().thaw();
                    frozen.process().awaitLine("was declared dead", PATIENCE);
                    writing.write("after", 20, 200);
                    assertNothingWasHarmed(site, writing, 1);
                }
            });
        }
    }

    /** Another instance goes on meanwhile, so that both move and run what they find. */
    private static void dieWhileMoving(Site site, int entries, List<Step> steps) {
        site.start(OUTBOX).awaitUp();
        var victim = site.start(OUTBOX, halt(steps.get(0)));
        try (var writing = new Writing(site)) {
            die(site, victim, writing, steps);
            writing.write("rest", 50, entries);
            assertNothingWasHarmed(site, writing, steps.size());
        }
    }

    private static void die(Site site, Instance victim, Writing writing, List<Step> steps) {
        for (var i = 0; i < steps.size(); i++) {
            if (i > 0) {
                victim.startAgainWith(OUTBOX, halt(steps.get(i)));
            }
            var step = steps.get(i);
            site.awaitThat("the process dies at " + step, PATIENCE, () -> {
                writing.write(step.name(), 10, 10);
                return !victim.process().isAlive();
            });
            assertThat(victim.process().waitFor(PATIENCE))
                    .as("exit code at " + step)
                    .isEqualTo(HaltingProbe.EXIT_CODE);
        }
    }

    private static String halt(Step step) {
        return "--halt.at=%s:3".formatted(step);
    }

    private static void rage(Site site, int entries) {
        var one = site.start(OUTBOX).awaitUp();
        var other = site.start(OUTBOX).awaitUp();
        try (var writing = new Writing(site)) {
            for (var blow = 0; blow < BLOWS; blow++) {
                writing.write("s", 200, entries / BLOWS);
                strike(site, blow % 2 == 0 ? one : other, blow % 4 == 3);
            }
            assertNothingWasHarmed(site, writing, BLOWS);
        }
    }

    private static void strike(Site site, Instance victim, boolean frozen) {
        if (frozen) {
            Blow.APPLICATION_FROZEN.strike(site, 14);
        } else {
            victim.kill9();
            victim.startAgain();
        }
    }

    private static void assertNothingWasHarmed(Site site, Writing writing, int deaths) {
        var written = writing.journal().size();
        site.awaitThat(
                "every entry is done",
                PATIENCE,
                () -> site.rows("outbox_entry") == 0
                        && site.rows("lane_item") == 0
                        && site.finished("outbox-exact", 1) == written
                        && site.finished("outbox-plain", 1) == written);
        var oracle = new Oracle(site.jdbc(), writing.journal());
        assertThat(oracle.faultsOfExactlyOnce("outbox-exact")).isEmpty();
        assertThat(oracle.faultsOfAtLeastOnce("outbox-plain", (long) deaths * Site.WORKERS * Site.CHUNK))
                .isEmpty();
        site.assertNumbersAddUp();
    }
}

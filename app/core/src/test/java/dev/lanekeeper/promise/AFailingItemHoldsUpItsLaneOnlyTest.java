package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class AFailingItemHoldsUpItsLaneOnlyTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @Test
    void amongManyAnItemThatKillsItsProcessFailsByItself() {
        try (var site = Site.shared("poison", 50)) {
            site.showing(() -> poison(site, 500));
        }
    }

    @Test
    @Tag("chaos")
    void amongVeryManyAnItemThatKillsItsProcessFailsByItself() {
        try (var site = Site.shared("poison-among-many", 200)) {
            site.showing(() -> poison(site, 10_000));
        }
    }

    @Test
    void othersGoOnWhileALaneFailsForever() {
        try (var site = Site.shared("stuck", 20)) {
            site.showing(() -> {
                var producing = site.producing();
                site.start("--mischief.active=true").awaitUp();
                producing.sendOne(Mischief.ALWAYS_FAILS);
                producing.sendOne(Mischief.ALWAYS_FAILS);
                site.awaitThat("it has failed", PATIENCE, () -> site.rows("attempt") > 0);
                producing.send(500).join();
                site.awaitThat("all others are done", PATIENCE, () -> site.finished("plain", 1) == 500);
                site.awaitThat("the other handler is done", PATIENCE, () -> site.finished("exact", 1) == 502);

                assertThat(site.rows("lane")).isOne();
                assertThat(site.rows("lane_item")).isEqualTo(2);
                assertThat(site.jdbc()
                                .sql("SELECT count(DISTINCT item_id) FROM lanekeeper.attempt")
                                .query(Long.class)
                                .single())
                        .as("the second item of the lane has not been tried")
                        .isOne();
                assertThat(site.oracle().faultsOfAtLeastOnce("plain", 0))
                        .containsExactly("plain stuck: 2 of 2 are missing: [1, 2]");
            });
        }
    }

    /** Nobody tells Lanekeeper that the process is gone: it is started again each time, as a supervisor would. */
    private static void poison(Site site, int events) {
        var producing = site.producing();
        producing.send(events / 2).join();
        producing.sendOne(Mischief.HALTS);
        producing.sendOne(Mischief.HALTS);
        producing.sendOne(Mischief.IS_HELD);
        producing.send(events - events / 2).join();
        var instance = site.start("--mischief.active=true");
        var deaths = new int[1];
        site.awaitThat("the killer has failed and all others are done", PATIENCE.multipliedBy(2), () -> {
            if (!instance.process().isAlive()) {
                deaths[0]++;
                instance.startAgain();
            }
            return site.finished("plain", 2) == 1 && site.finished("plain", 1) == events + 2;
        });
        site.awaitEverythingDone(PATIENCE, "exact");

        assertThat(deaths[0]).as("deaths: one as anybody, three as a suspect").isEqualTo(4);
        assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
        assertThat(site.oracle().faultsOfAtLeastOnce("plain", 4L * Site.WORKERS * Site.CHUNK))
                .containsExactly("plain poison: 1 of 2 are missing: [1]");
        assertThat(site.jdbc().sql("""
                                SELECT a.error_class
                                  FROM lanekeeper.outcome AS o
                                  JOIN lanekeeper.attempt AS a USING (item_id)
                                 WHERE o.state = 2
                                """).query(String.class).list()).containsExactly("WorkerLost");
        site.assertNumbersAddUp();
    }
}

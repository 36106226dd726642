package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StopsInGoodOrderTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @Test
    void onSigtermHandsEverythingBackAndRepeatsNothing() {
        try (var site = Site.shared("sigterm", 50)) {
            site.showing(() -> {
                var instance = site.start("--lanekeeper.exit-on-sigterm=true").awaitUp();
                var produced = site.producing().send(3_000);
                site.awaitThat("some effects", PATIENCE, () -> site.effects() > 200);

                assertThat(instance.stop()).isZero();

                produced.join();
                assertThat(site.effects()).as("it was stopped on the way").isLessThan(6_000);
                assertThat(site.rows("node")).isZero();
                instance.startAgain();
                site.awaitEverythingDone(PATIENCE, "exact", "plain");
                assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
                assertThat(site.oracle().faultsOfAtLeastOnce("plain", 0)).isEmpty();
                site.assertNumbersAddUp();
            });
        }
    }

    @Test
    void onSigtermGivesUpAHandlerThatNeverEndsAndNamesItsItem() {
        try (var site = Site.shared("endless", 20)) {
            site.showing(() -> {
                var instance = site.start(
                                "--mischief.active=true",
                                "--lanekeeper.exit-on-sigterm=true",
                                "--lanekeeper.shutdown-timeout=4s")
                        .awaitUp();
                site.producing().send(100).join();
                site.producing().sendOne(Mischief.HANGS);
                site.awaitThat("all others are done", PATIENCE, () -> site.finished("plain", 1) == 100);
                site.awaitThat("the exact one is done", PATIENCE, () -> site.finished("exact", 1) == 101);

                assertThat(instance.stop()).isEqualTo(2);

                assertThat(instance.hasLogged("item=\"%d\"".formatted(waitingItem(site))))
                        .isTrue();
                site.start();
                site.awaitEverythingDone(PATIENCE, "exact", "plain");
                assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
                assertThat(site.oracle().faultsOfAtLeastOnce("plain", 0)).isEmpty();
                site.assertNumbersAddUp();
            });
        }
    }

    private static long waitingItem(Site site) {
        return site.jdbc()
                .sql("SELECT item_id FROM lanekeeper.lane_item")
                .query(Long.class)
                .single();
    }
}

package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OrderWithinALaneTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @Test
    void isKeptWhileOneInSevenFailsAtFirstAndAProcessIsKilled() {
        try (var site = Site.shared("order", 40)) {
            site.showing(() -> {
                site.start("--mischief.failing=true");
                site.start("--mischief.failing=true");
                site.instances().forEach(Instance::awaitUp);
                var produced = site.producing().send(1_000);
                site.awaitThat("some effects", PATIENCE, () -> site.effects() > 500);
                Blow.APPLICATION_KILLED.strike(site, 0);
                produced.join();
                site.awaitEverythingDone(PATIENCE, "exact", "plain");

                assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
                assertThat(site.oracle().faultsOfAtLeastOnce("plain", (long) Site.WORKERS * Site.CHUNK))
                        .isEmpty();
                assertThat(retried(site)).as("items that were tried again").isEqualTo(2 * sevenths(site));
                site.assertNumbersAddUp();
            });
        }
    }

    private static long retried(Site site) {
        return site.jdbc()
                .sql("SELECT count(DISTINCT item_id) FROM lanekeeper.attempt")
                .query(Long.class)
                .single();
    }

    private static long sevenths(Site site) {
        return site.producing().journal().byResource().values().stream()
                .flatMap(numbers -> numbers.stream())
                .filter(number -> number % 7 == 0)
                .count();
    }
}

package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetriesHaveOneOwnerTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @Test
    void jobsMayDisappearInTheMiddleOfTheirRunsAndNoneIsRetried() {
        try (var site = Site.shared("jobs-deleted", 40)) {
            site.showing(() -> {
                site.start("--mischief.failing=true").awaitUp();
                var produced = site.producing().send(1_500);
                for (var time = 1; time <= 3; time++) {
                    var enough = time * 500;
                    site.awaitThat("some effects", PATIENCE, () -> site.effects() > enough);
                    site.jdbc().sql("DELETE FROM lanekeeper.jobrunr_jobs").update();
                }
                produced.join();
                site.awaitEverythingDone(PATIENCE, "exact", "plain");

                assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
                assertThat(site.oracle().faultsOfAtLeastOnce("plain", 0)).isEmpty();
                assertThat(site.jdbc()
                                .sql(
                                        "SELECT count(*) FROM lanekeeper.jobrunr_jobs WHERE state IN ('FAILED', 'SCHEDULED')")
                                .query(Long.class)
                                .single())
                        .isZero();
                assertThat(attemptsByNumber(site))
                        .as("an attempt of each number is recorded once")
                        .isZero();
                site.assertNumbersAddUp();
            });
        }
    }

    private static long attemptsByNumber(Site site) {
        return site.jdbc()
                .sql("SELECT count(*) - count(DISTINCT (item_id, number)) FROM lanekeeper.attempt")
                .query(Long.class)
                .single();
    }
}

package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** One process takes in and another works, and with {@code run.max-items=1} every event is a job of its own. */
class RolesShareTheWorkTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int EVENTS = 200;

    @Test
    void betweenAProcessThatTakesInAndOneThatWorksOneJobForEachEvent() {
        try (var site = Site.shared("roles", 20)) {
            site.showing(() -> {
                site.start("--lanekeeper.roles=intake").awaitUp();
                site.producing().send(EVENTS).join();
                site.awaitThat("all is stored", PATIENCE, () -> site.rows("lane_item") == 2 * EVENTS);
                assertThat(site.effects()).as("nobody works yet").isZero();

                site.start("--lanekeeper.roles=workers", "--lanekeeper.run.max-items=1")
                        .awaitUp();
                site.awaitEverythingDone(PATIENCE, "exact", "plain");

                assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
                assertThat(site.oracle().faultsOfAtLeastOnce("plain", 0)).isEmpty();
                assertThat(distinct(site, "run_id")).isEqualTo(2 * EVENTS);
                assertThat(distinct(site, "node_id")).isEqualTo(1);
                assertThat(workersOfTheNodeThatTakesIn(site)).isZero();
                site.assertNumbersAddUp();
            });
        }
    }

    private static long distinct(Site site, String column) {
        return site.jdbc()
                .sql("SELECT count(DISTINCT " + column + ") FROM lanekeeper.outcome")
                .query(Long.class)
                .single();
    }

    private static long workersOfTheNodeThatTakesIn(Site site) {
        return site.jdbc().sql("""
                        SELECT count(*)
                          FROM lanekeeper.node AS n
                          JOIN lanekeeper.outcome AS o USING (node_id)
                         WHERE n.roles = 'intake'
                        """).query(Long.class).single();
    }
}

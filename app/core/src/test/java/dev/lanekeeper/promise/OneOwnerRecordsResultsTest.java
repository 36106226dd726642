package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OneOwnerRecordsResultsTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @Test
    void aProcessThatWasFrozenInItsHandlerLeavesNothingBehindThatItsSuccessorHasDone() {
        try (var site = Site.shared("frozen", 20)) {
            site.showing(() -> {
                var frozen = site.start("--mischief.active=true").awaitUp();
                site.producing().sendOne(Mischief.IS_HELD);
                site.producing().sendOne(Mischief.IS_HELD);
                frozen.process().awaitLine("holding", Instance.PATIENCE);
                frozen.process().freeze();
                site.start("--mischief.active=true").awaitUp();
                site.awaitEverythingDone(PATIENCE, "exact", "plain");

                frozen.process().thaw();
                frozen.process().awaitLine("was declared dead", Instance.PATIENCE);
                site.producing().send(200).join();
                site.producing().sendOne(Mischief.IS_HELD);
                site.awaitEverythingDone(PATIENCE, "exact", "plain");

                assertThat(site.oracle().faultsOfExactlyOnce("exact")).isEmpty();
                assertThat(site.oracle().faultsOfAtLeastOnce("plain", 1)).isEmpty();
                assertThat(site.finished("exact", 1)).isEqualTo(203);
                assertThat(tokensGrow(site)).isTrue();
                site.assertNumbersAddUp();
            });
        }
    }

    /** Whether each later effect of a lane has at least the token of those before it. */
    private static boolean tokensGrow(Site site) {
        return site.jdbc().sql("""
                        SELECT coalesce(bool_and(token >= before), true)
                          FROM (SELECT token, lag(token) OVER (PARTITION BY handler, resource ORDER BY id) AS before
                                  FROM effect) AS e
                         WHERE before IS NOT NULL
                        """).query(Boolean.class).single();
    }
}

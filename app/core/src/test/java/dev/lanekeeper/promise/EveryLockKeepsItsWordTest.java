package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Twenty-five jobs of each scenario at once, on ten workers of two processes that share a Redis. */
class EveryLockKeepsItsWordTest {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static Fleet fleet;

    static List<LockScenario> scenarios() {
        return LockScenario.some();
    }

    @BeforeAll
    static void work() {
        fleet = Fleet.withRedis("locks-some");
        fleet.showing(() -> {
            fleet.startedHereAndThere();
            fleet.call(scenarios(), Fleet.JOBS);
            fleet.awaitDone(PATIENCE);
            fleet.awaitExpiry();
            fleet.callLast(scenarios());
            fleet.awaitDone(PATIENCE);
        });
    }

    @AfterAll
    static void close() {
        fleet.close();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void letsTooManyNeverAtItAndKnowsWhatBecameOfEach(LockScenario scenario) {
        assertThat(LockOracle.faults(scenario, fleet.jdbc())).isEmpty();
        assertThat(LockOracle.faultsOfCounts(scenario, fleet.jdbc())).isEmpty();
    }

    @Test
    void letsWhoHasWaitedLongestGoFirst() {
        assertThat(fleet.waiters().seen()).isPositive();
        scenarios().stream()
                .filter(LockScenario::keepsTurns)
                .forEach(s -> assertThat(fleet.waiters().faults(s)).isEmpty());
    }

    @Test
    void leavesNoLockBehind() {
        fleet.awaitNothingLeft();
        assertThat(fleet.faultsOfTheBooks()).isEmpty();
    }
}

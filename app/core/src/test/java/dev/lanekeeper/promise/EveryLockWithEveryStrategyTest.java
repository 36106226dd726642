package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole matrix: all locks with all strategies that go with them, at once on one fleet. */
@Tag("chaos")
class EveryLockWithEveryStrategyTest {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void letsTooManyNeverAtItAndKnowsWhatBecameOfEach(boolean redis) {
        try (var fleet = redis ? Fleet.withRedis("locks-all-redis") : Fleet.alone("locks-all")) {
            fleet.showing(() -> {
                var all = LockScenario.all();
                fleet.started();
                fleet.call(all, Fleet.JOBS);
                fleet.awaitDone(PATIENCE);
                fleet.awaitExpiry();
                fleet.callLast(all);
                fleet.awaitDone(PATIENCE);

                var faults = new ArrayList<String>();
                all.forEach(s -> {
                    faults.addAll(LockOracle.faults(s, fleet.jdbc()));
                    faults.addAll(LockOracle.faultsOfCounts(s, fleet.jdbc()));
                    if (s.keepsTurns()) {
                        faults.addAll(fleet.waiters().faults(s));
                    }
                });
                assertThat(faults).isEmpty();
                assertThat(fleet.faultsOfTheBooks()).isEmpty();
                fleet.awaitNothingLeft();
                fleet.awaitExpiry();
                fleet.awaitSweptUp();
            });
        }
    }
}

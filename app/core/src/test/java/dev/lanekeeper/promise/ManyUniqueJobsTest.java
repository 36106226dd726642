package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("chaos")
class ManyUniqueJobsTest {

    private static final int JOBS = Integer.getInteger("jobs", 100_000);
    private static final int KEYS = 500;
    private static final int TRANSACTIONS = 90;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Set<String> SCENARIOS = Set.of(
            "until-executing-log",
            "until-executing-update",
            "until-executed-raise",
            "until-executed-replace",
            "until-executed-log-three",
            "until-expired-reject",
            "while-executing-wait",
            "while-executing-log",
            "until-and-while-executing-log-wait",
            "lane",
            "desk",
            "accounts");

    @Test
    void afterAHundredThousandUniqueJobsLocksAreBackToWhereTheyBegan() {
        try (var fleet = Fleet.withRedis("locks-many")) {
            fleet.showing(() -> {
                var scenarios = LockScenario.all().stream()
                        .filter(s -> SCENARIOS.contains(s.id()))
                        .toList();
                assertThat(scenarios).hasSize(SCENARIOS.size());
                fleet.start("--fleet.calls-at-once=20");
                fleet.start("--fleet.calls-at-once=20");
                fleet.instances().forEach(Instance::awaitUp);
                var began = System.nanoTime();
                fleet.callMany(scenarios, JOBS / 10, KEYS);
                for (var n = 0; n < TRANSACTIONS; n++) {
                    fleet.submitMany(scenarios, JOBS * 9 / 10 / TRANSACTIONS, KEYS);
                }
                fleet.awaitDone(PATIENCE);
                System.out.printf(
                        "%d unique jobs, %d visits in %s%n",
                        JOBS, fleet.count("visit"), Duration.ofNanos(System.nanoTime() - began));

                var faults = new ArrayList<String>();
                scenarios.forEach(s -> {
                    faults.addAll(LockOracle.faults(s, fleet.jdbc()));
                    faults.addAll(LockOracle.faultsOfCounts(s, fleet.jdbc()));
                });
                assertThat(faults).isEmpty();
                assertThat(fleet.faultsOfTheBooks()).isEmpty();
                fleet.awaitExpiry();
                fleet.awaitNothingLeft();
                fleet.awaitSweptUp();
                assertThat(List.of(fleet.count("lanekeeper.lane"), fleet.count("lanekeeper.scheduled_job")))
                        .containsOnly(0L);
            });
        }
    }
}

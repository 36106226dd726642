package dev.lanekeeper.promise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.work.Probe.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.Redisson;
import org.redisson.config.Config;

/** Processes are killed and frozen at their worst moments, and Redis forgets everything; jobs and locks come to their end all the same. */
@Tag("chaos")
class NoLockIsLeftBehindTest {

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final int BLOWS = 3;
    private static final int JOBS_BETWEEN_BLOWS = 6;
    private static final int LONG_MILLIS = 2_000;

    private static Fleet fleet(String name, boolean redis) {
        return redis ? Fleet.withRedis(name + "-redis") : Fleet.alone(name);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoIsKilledLeavesHisLocksToThoseWhoWait(boolean redis) {
        try (var fleet = fleet("locks-killed", redis)) {
            fleet.showing(() -> {
                var all = LockScenario.all();
                fleet.started();
                for (var blow = 0; blow < BLOWS; blow++) {
                    var before = fleet.count("visit");
                    fleet.call(all, JOBS_BETWEEN_BLOWS);
                    awaitVisits(fleet, before + 50 + fleet.random().nextInt(200));
                    var victim = fleet.instances().get(blow % 2);
                    fleet.kill9(victim);
                    victim.startAgain();
                }
                assertEverythingComesToItsEnd(fleet, all, 0);
            });
        }
    }

    @Test
    void whoDiesWhileHeEnqueuesLeavesAWholeJobOrNone() {
        try (var fleet = Fleet.alone("locks-enqueue")) {
            fleet.showing(() -> {
                var scenarios = LockScenario.all().stream()
                        .filter(LockScenario::isHeldFromEnqueueing)
                        .toList();
                fleet.start("--fleet.callers=0").awaitUp();
                var victim = fleet.start(halt(fleet, Step.STORE_BEGUN));
                for (var step : List.of(
                        Step.STORE_BEGUN,
                        Step.STORE_LANES_LOCKED,
                        Step.STORE_INSERTED,
                        Step.STORE_BEFORE_COMMIT,
                        Step.STORE_COMMITTED,
                        Step.HANDED_OVER)) {
                    if (step != Step.STORE_BEGUN) {
                        victim.startAgainWith(fleet.arguments(halt(fleet, step)));
                    }
                    fleet.call(scenarios, 3);
                    assertThat(victim.process().waitFor(Instance.PATIENCE))
                            .as("exit code at " + step)
                            .isEqualTo(HaltingProbe.EXIT_CODE);
                    fleet.gone(victim);
                }
                victim.startAgainWith(fleet.arguments());
                assertEverythingComesToItsEnd(fleet, scenarios, 0);
            });
        }
    }

    /** Its lock was given to others by then; what was begun is begun again without it. */
    @Test
    void whoDiesAsHeBeginsHasGivenItsPlaceToOthers() {
        try (var fleet = Fleet.alone("locks-begin")) {
            fleet.showing(() -> {
                var scenarios = LockScenario.all().stream()
                        .filter(s -> s.lock() == Lock.UNTIL_EXECUTING || s.lock() == Lock.UNTIL_AND_WHILE_EXECUTING)
                        .toList();
                fleet.start().awaitUp();
                var victim = fleet.start(halt(fleet, Step.HANDLER_STARTED)).awaitUp();
                for (var blow = 0; blow < BLOWS; blow++) {
                    if (blow > 0) {
                        victim.startAgainWith(fleet.arguments(halt(fleet, Step.HANDLER_STARTED)));
                        victim.awaitUp();
                    }
                    fleet.call(scenarios, Fleet.JOBS);
                    assertThat(victim.process().waitFor(Instance.PATIENCE)).isEqualTo(HaltingProbe.EXIT_CODE);
                    fleet.gone(victim);
                }
                victim.startAgainWith(fleet.arguments());
                assertEverythingComesToItsEnd(fleet, scenarios, 0);
            });
        }
    }

    private static String halt(Fleet fleet, Step step) {
        return "--halt.at=" + step + ":" + (20 + fleet.random().nextInt(30));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoIsFrozenInAHandlerHasHisResultRefused(boolean redis) {
        try (var fleet = fleet("locks-frozen-inside", redis)) {
            fleet.showing(() -> {
                var scenario = scenario("while-executing-wait");
                var frozen = fleet.start().awaitUp();
                var held = fleet.call(scenario, 1, LONG_MILLIS);
                fleet.awaitThat(
                        "it is inside",
                        PATIENCE,
                        "SELECT count(*) = 1 FROM visit WHERE left_at IS NULL AND n = " + held);
                frozen.process().freeze();
                fleet.gone(frozen);
                fleet.start().awaitUp();
                fleet.call(scenario, Fleet.JOBS, 10);
                fleet.awaitDone(PATIENCE);

                frozen.process().thaw();
                frozen.process().awaitLine("was declared dead", Instance.PATIENCE);
                fleet.awaitThat(
                        "the late one has left too",
                        PATIENCE,
                        "SELECT count(*) = 2 FROM visit WHERE left_at IS NOT NULL AND n = " + held);
                var some = LockScenario.some();
                fleet.call(some, 5);
                assertEverythingComesToItsEnd(fleet, some, 0);
                assertThat(recordedBy(fleet, held))
                        .as("the process whose result counts")
                        .isEqualTo(lastVisitor(fleet, held));
            });
        }
    }

    /** The process that began with the job when the attempt began whose result was recorded, and that was the only one. */
    private static long recordedBy(Fleet fleet, long n) {
        return fleet.jdbc().sql("""
                        SELECT v.pid
                          FROM visit AS v
                          JOIN lanekeeper.outcome AS o ON o.item_id = v.item
                         WHERE v.n = ? AND o.state = 1 AND o.attempts = 1
                           AND abs(extract(epoch FROM o.started_at - v.entered_at)) < 1
                        """).param(n).query(Long.class).single();
    }

    private static long lastVisitor(Fleet fleet, long n) {
        return fleet.jdbc()
                .sql("SELECT pid FROM visit WHERE n = ? ORDER BY entered_at DESC LIMIT 1")
                .param(n)
                .query(Long.class)
                .single();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoIsFrozenBetweenTwoItemsStartsNoneOfThemAfterwards(boolean redis) {
        try (var fleet = fleet("locks-frozen-between", redis)) {
            fleet.showing(() -> {
                var scenario = scenario("while-executing-wait-in-lanes");
                fleet.start("--lanekeeper.workers=1", "--fleet.callers=1", "--stop.after=3")
                        .awaitUp();
                var frozen = fleet.instances().get(0);
                fleet.call(scenario, Fleet.JOBS, 5);
                await("it is stopped").atMost(PATIENCE).until(() -> isStopped(frozen));
                fleet.gone(frozen);
                var before = visitsOf(fleet, frozen);
                fleet.start().awaitUp();
                awaitVisits(fleet, before + Fleet.JOBS / 2);

                frozen.process().thaw();
                frozen.process().awaitLine("was declared dead", Instance.PATIENCE);
                fleet.awaitDone(PATIENCE);
                assertThat(before).isEqualTo(3);
                assertThat(LockOracle.faults(scenario, fleet.jdbc())).isEmpty();
                var some = LockScenario.some();
                fleet.call(some, 5);
                assertEverythingComesToItsEnd(fleet, some, 0);
            });
        }
    }

    private static boolean isStopped(Instance instance) throws IOException {
        var stat = Files.readString(
                Path.of("/proc", Long.toString(instance.process().pid()), "stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).startsWith("T");
    }

    private static long visitsOf(Fleet fleet, Instance instance) {
        return fleet.count("visit WHERE pid = " + instance.process().pid());
    }

    /** What was done under a lock that somebody else has had by then is done again; nobody overlaps, since the database's locks stand. */
    @Test
    void aRedisThatForgetsAndDiesAndComesBackLosesNoJobAndKeepsNoLock() {
        try (var fleet = Fleet.withRedis("locks-redis-forgets")) {
            fleet.showing(() -> {
                var all = LockScenario.all();
                fleet.started();
                var config = new Config();
                config.useSingleServer().setAddress(fleet.redis().uri()).setConnectionMinimumIdleSize(1);
                var redisson = Redisson.create(config);
                try {
                    for (var blow = 0; blow < BLOWS; blow++) {
                        var before = fleet.count("visit");
                        fleet.call(all, JOBS_BETWEEN_BLOWS);
                        awaitVisits(fleet, before + 30 + fleet.random().nextInt(60));
                        redisson.getKeys().flushall();
                        awaitVisits(fleet, before + 90 + fleet.random().nextInt(60));
                        fleet.redis().stop();
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(blow * Fleet.LEASE.toMillis() * 2 / 3));
                        fleet.redis().start();
                    }
                } finally {
                    redisson.shutdown();
                }
                assertEverythingComesToItsEnd(fleet, all, BLOWS * 2);
            });
        }
    }

    private static void awaitVisits(Fleet fleet, long visits) {
        fleet.awaitThat(visits + " visits", PATIENCE, "SELECT count(*) >= " + visits + " FROM visit");
    }

    private static LockScenario scenario(String id) {
        return LockScenario.all().stream()
                .filter(s -> s.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static void assertEverythingComesToItsEnd(Fleet fleet, List<LockScenario> scenarios, int repeats) {
        fleet.awaitDone(PATIENCE);
        fleet.awaitExpiry();
        fleet.callLast(scenarios);
        fleet.awaitDone(PATIENCE);

        var faults = new ArrayList<String>();
        scenarios.forEach(s -> faults.addAll(LockOracle.faults(s, fleet.jdbc(), repeats)));
        assertThat(faults).isEmpty();
        assertThat(fleet.faultsOfTheBooks()).isEmpty();
        fleet.awaitNothingLeft();
        fleet.awaitExpiry();
        fleet.awaitSweptUp();
    }
}

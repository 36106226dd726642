package dev.lanekeeper;

import static dev.lanekeeper.Declared.handler;
import static dev.lanekeeper.RefusedConfiguration.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.handler.LockRules.Refusal;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What a handler declares that it holds while it runs becomes its locks, and what cannot be held is told. */
class RunLockDeclarationTest {

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class);

    @Test
    void readsTheLocksThatAreHeldInTheRun() {
        application
                .withBean(RunLocked.class)
                .withPropertyValues(
                        "lanekeeper.handlers.in-run.locks=account(/from), account(@header(a,b)), crm*10/1s, printer*3")
                .run(context -> {
                    var rules = handler(context, "in-run").locks().rules();
                    assertThat(rules)
                            .extracting(r -> r.prefix() + " " + r.most() + " " + r.per() + " " + (r.key() != null))
                            .containsExactly(
                                    "unique:in-run 2 null true",
                                    "account 1 null true",
                                    "account 1 null true",
                                    "crm 10 PT1S false",
                                    "printer 3 null false");
                    assertThat(rules.get(0).refusal())
                            .isEqualTo(new Refusal(
                                    RunConflict.REJECT, Duration.ofSeconds(30), Duration.ofSeconds(5), 100));
                    assertThat(rules.get(3).refusal()).isNull();
                });
    }

    @Test
    void doesInTheRunWhatIsConfiguredForAllThatSayNothing() {
        application
                .withBean(RunLocked.class)
                .withBean(RunLockedAsConfigured.class)
                .withPropertyValues("lanekeeper.unique.on-run-conflict=log")
                .run(context -> {
                    assertThat(handler(context, "as-configured")
                                    .locks()
                                    .rules()
                                    .get(0)
                                    .refusal())
                            .isEqualTo(new Refusal(RunConflict.LOG, Duration.ZERO, Duration.ofSeconds(5), 100));
                    assertThat(handler(context, "in-run").locks().rules().get(0).refusal())
                            .extracting(Refusal::conflict)
                            .isEqualTo(RunConflict.REJECT);
                    assertThat(handler(context, "enqueued").locks().rules()).isEmpty();
                });
    }

    @Test
    void tellsLocksThatCannotBeHeldInTheRun() {
        application
                .withBean(WrongInRun.class)
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::where)
                        .anyMatch(where -> where.startsWith("uniqueMaxWait of Handler 'early'"))
                        .anyMatch(where -> where.startsWith("uniqueOnRunConflict of Handler 'early'"))
                        .anyMatch(where -> where.startsWith("uniqueMaxWait of Handler 'patient'"))
                        .anyMatch(where -> where.startsWith("uniqueTtl of Handler 'mortal'"))
                        .anyMatch(where -> where.startsWith("uniqueOnConflict of Handler 'mortal'"))
                        .anyMatch(where -> where.startsWith("locks of Handler 'ours'"))
                        .anyMatch(where -> where.startsWith("locks of Handler 'none'"))
                        .anyMatch(where -> where.startsWith("locks of Handler 'fast'"))
                        .hasSize(8));
    }

    static class RunLocked {

        @LaneJob(id = "in-run")
        @Unique(lock = Lock.WHILE_EXECUTING, key = "a", limit = 2, maxWait = "30s", onRunConflict = RunConflict.REJECT)
        void inRun() {}
    }

    static class RunLockedAsConfigured {

        @LaneJob(id = "as-configured")
        @Unique(lock = Lock.WHILE_EXECUTING, key = "a")
        void run() {}

        @LaneJob(id = "enqueued")
        @Unique(lock = Lock.UNTIL_EXECUTED, key = "a")
        void enqueued() {}
    }

    static class WrongInRun {

        @LaneJob(id = "early")
        @Unique(key = "a", maxWait = "1s", onRunConflict = RunConflict.LOG)
        void early() {}

        @LaneJob(id = "patient")
        @Unique(key = "a", lock = Lock.WHILE_EXECUTING, maxWait = "1s")
        void patient() {}

        @LaneJob(id = "mortal")
        @Unique(key = "a", lock = Lock.WHILE_EXECUTING, ttl = "1s", onConflict = Conflict.REPLACE)
        void mortal() {}

        @LaneJob(id = "ours", locks = "lane(a)")
        void ours() {}

        @LaneJob(id = "none", locks = "printer*0")
        void none() {}

        @LaneJob(
                id = "fast",
                locks = {"printer", "crm*5000/1s"})
        void fast() {}
    }
}

package dev.lanekeeper;

import static dev.lanekeeper.RefusedConfiguration.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.LockPolicy;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Handlers that say different things of one lock, and a Redis that cannot keep any, are told of before anything is stored. */
class LockProblemsTest {

    private static final String REDIS = "lanekeeper.locks.redis.";
    private static final String ADDRESS = REDIS + "address=redis://localhost:6379";

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class);

    @Test
    void handlersThatNeedOneLockGiveTheSameNumber() {
        var problems = problems(application.withBean(Printers.class));

        assertThat(problems)
                .extracting(p -> p.what().replaceAll(" \\(bean.*", ""))
                .containsExactlyInAnyOrder(
                        "its lock printer is printer*3 in Handler 'first'",
                        "its lock printer*3/1000ms is printer*3 in Handler 'first'",
                        "its lock account(...)*2 is account(...) in Handler 'third'");
    }

    @Test
    void handlersThatShareWhatIsUniqueShareItsRule() {
        var problems = problems(application
                .withBean(Shared.class)
                .withBean("anything", LockPolicy.class, () -> event -> null)
                .withPropertyValues("lanekeeper.handlers.same.unique-delay=1s"));

        assertThat(problems)
                .filteredOn(p -> p.where().startsWith("Handler 'throttled'"))
                .extracting(Problem::what)
                .satisfiesExactly(
                        what -> assertThat(what)
                                .contains(
                                        "also those of Handler 'one'",
                                        "but not its lock: UNTIL_EXPIRED beside UNTIL_EXECUTED"),
                        what -> assertThat(what).contains("but not its ttl: PT10M beside none"),
                        what -> assertThat(what).contains("but not its onConflict: THROTTLE beside any other"));
        assertThat(problems)
                .filteredOn(p -> p.where().startsWith("Handler 'several'"))
                .singleElement()
                .satisfies(p -> assertThat(p.what()).contains("Handler 'one'", "but not its limit: 2 beside 1"));
        assertThat(problems).hasSize(4);
    }

    @Test
    void saysOfRedisWhatWouldNotCount() {
        var config = REDIS + "config=classpath:META-INF/spring.factories";

        assertThat(problems(application.withPropertyValues(
                        config, REDIS + "username=ada", REDIS + "password=secret", REDIS + "timeout=3s")))
                .extracting(Problem::where)
                .containsExactlyInAnyOrder(REDIS + "username", REDIS + "password");
        assertThat(problems(application.withPropertyValues(
                        REDIS + "password=secret",
                        REDIS + "lease=20s",
                        REDIS + "when-away=postpone",
                        REDIS + "timeout=0s")))
                .allSatisfy(
                        p -> assertThat(p.what()).contains("nothing is shared").doesNotContain("secret"))
                .extracting(Problem::where)
                .containsExactlyInAnyOrder(REDIS + "password", REDIS + "lease", REDIS + "timeout");
    }

    @Test
    void saysOfRedisWhatCouldNotWork() {
        assertThat(problems(application.withPropertyValues(ADDRESS, REDIS + "timeout=3s", REDIS + "lease=17s")))
                .singleElement()
                .satisfies(p -> {
                    assertThat(p.where()).isEqualTo(REDIS + "lease");
                    assertThat(p.what()).contains("17000ms", "3000ms");
                    assertThat(p.action()).contains("18000ms");
                });
        assertThat(problems(application.withPropertyValues(ADDRESS, REDIS + "prefix=")))
                .extracting(Problem::where)
                .containsExactly(REDIS + "prefix");
        application
                .withPropertyValues(ADDRESS, REDIS + "timeout=3s", REDIS + "lease=18s", REDIS + "password=secret")
                .run(context -> assertThat(context).hasNotFailed());
        application.run(context -> assertThat(context).hasNotFailed());
    }

    static class Printers {

        @LaneJob(id = "first", locks = "printer*3")
        void first() {}

        @LaneJob(id = "second", locks = "printer, printer(key)*5")
        void second() {}

        @LaneJob(id = "third", locks = "printer*3/1s, account(from), account(to)*2")
        void third() {}

        @LaneJob(id = "fourth", locks = "printer*3")
        void fourth() {}
    }

    static class Shared {

        @LaneJob(id = "one")
        @Unique(acrossHandlers = true)
        void one() {}

        @LaneJob(id = "same")
        @Unique(acrossHandlers = true, onConflict = Conflict.RESCHEDULE)
        void same() {}

        @LaneJob(id = "several")
        @Unique(acrossHandlers = true, limit = 2)
        void several() {}

        @LaneJob(id = "throttled")
        @Unique(acrossHandlers = true, lock = Lock.UNTIL_EXPIRED, ttl = "10m", onConflict = Conflict.THROTTLE)
        void throttled() {}

        @LaneJob(id = "alone")
        @Unique(limit = 5)
        void alone() {}

        @LaneJob(id = "asked")
        @Unique(acrossHandlers = true, policy = "anything")
        void asked() {}
    }
}

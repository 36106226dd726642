package dev.lanekeeper;

import static dev.lanekeeper.Declared.handler;
import static dev.lanekeeper.RefusedConfiguration.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.job.ConflictStrategy;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.RunConflictStrategy;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.handler.LockRules.Hiding;
import dev.lanekeeper.handler.LockRules.Refusal;
import dev.lanekeeper.work.RunKey;
import dev.lanekeeper.work.WaitingItem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** Which locks unique handlers hold in the run, and which bean says what becomes of an item that is not given one. */
class RunStrategyDeclarationTest {

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class);

    @Test
    void namesTheLocksOfTwoHandlersDifferentlyWhereverTheirColonsStand() {
        application.withBean(WithColons.class).run(context -> {
            assertThat(name(context, "a:b", "c")).isEqualTo("unique:a%3Ab:c");
            assertThat(name(context, "a", "b:c")).isEqualTo("unique:a:b:c");
        });
    }

    private static String name(ApplicationContext context, String handler, String key) throws Exception {
        var header = new RawEvent.RawHeader(RunKey.HEADER, key.getBytes(StandardCharsets.UTF_8));
        var event = new RawEvent(null, -1, -1, Instant.EPOCH, null, null, List.of(header));
        var item = new WaitingItem(
                new UUID(0, 0), 1, 1, null, Instant.EPOCH, 0, Instant.EPOCH, Instant.EPOCH, false, null, null, event);
        return handler(context, handler)
                .locks()
                .needs(item, new Hiding(false, k -> k))
                .keySet()
                .iterator()
                .next()
                .name();
    }

    static class WithColons {

        @LaneJob(id = "a:b")
        @Unique(lock = Lock.WHILE_EXECUTING, key = "k")
        void one(String payload) {}

        @LaneJob(id = "a")
        @Unique(lock = Lock.WHILE_EXECUTING, key = "k")
        void other(String payload) {}
    }

    @Test
    void asksABeanInTheRunWhatBecomesOfEachItem() {
        application
                .withBean(ChosenInRun.class)
                .withBean("onlyInvoicesWait", RunConflictStrategy.class, () -> event -> RunConflict.RAISE)
                .withPropertyValues("lanekeeper.unique.on-run-conflict=log")
                .run(context -> {
                    var rule = handler(context, "chosen").locks().rules().get(0);
                    assertThat(Objects.requireNonNull(rule.strategy())
                                    .onRunConflict(new RawEvent(null, -1, -1, Instant.EPOCH, null, null, List.of())))
                            .isEqualTo(RunConflict.RAISE);
                    assertThat(rule.refusal())
                            .extracting(Refusal::patience, Refusal::rescheduleIn, Refusal::mostHops)
                            .containsExactly(Duration.ofSeconds(3), Duration.ofSeconds(9), 4);
                });
    }

    @Test
    void tellsStrategiesThatCannotChooseInTheRunAllAtOnce() {
        application
                .withBean(WronglyChosenInRun.class)
                .withBean("always", ConflictStrategy.class, () -> event -> Conflict.LOG)
                .withBean("choosing", RunConflictStrategy.class, () -> event -> RunConflict.LOG)
                .withPropertyValues("lanekeeper.handlers.free.unique-run-strategy=somebody")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::where)
                        .anyMatch(where -> where.startsWith("uniqueRunStrategy of Handler 'unknown'"))
                        .anyMatch(where -> where.startsWith("uniqueRunStrategy of Handler 'other-kind'"))
                        .anyMatch(where -> where.startsWith("uniqueRunStrategy of Handler 'early'"))
                        .anyMatch(where -> where.startsWith("uniqueOnRunConflict of Handler 'both'"))
                        .contains("lanekeeper.handlers.free.unique-run-strategy")
                        .hasSize(5));
    }

    static class ChosenInRun {

        @LaneJob(id = "chosen")
        @Unique(
                lock = Lock.WHILE_EXECUTING,
                key = "a",
                runStrategy = "onlyInvoicesWait",
                maxWait = "3s",
                delay = "9s",
                maxHops = 4)
        void chosen(String payload) {}
    }

    static class WronglyChosenInRun {

        @LaneJob(id = "unknown")
        @Unique(lock = Lock.WHILE_EXECUTING, key = "a", runStrategy = "nobody")
        void unknown(String payload) {}

        @LaneJob(id = "other-kind")
        @Unique(lock = Lock.WHILE_EXECUTING, key = "a", runStrategy = "always")
        void otherKind(String payload) {}

        @LaneJob(id = "early")
        @Unique(runStrategy = "choosing")
        void early(String payload) {}

        @LaneJob(id = "both")
        @Unique(lock = Lock.WHILE_EXECUTING, key = "a", runStrategy = "choosing", onRunConflict = RunConflict.LOG)
        void both(String payload) {}

        @LaneJob(id = "free")
        void free() {}
    }
}

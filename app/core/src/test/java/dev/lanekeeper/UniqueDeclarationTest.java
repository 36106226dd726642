package dev.lanekeeper;

import static dev.lanekeeper.Declared.handler;
import static dev.lanekeeper.RefusedConfiguration.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.job.ConflictStrategy;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.LockPolicy;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.work.UniqueRule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** What makes the jobs of a handler unique, in its annotation, in properties and in beans, becomes a rule; what cannot be one is told. */
class UniqueDeclarationTest {

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class);

    @Test
    void tellsLocksThatCannotBeAllAtOnce() {
        application
                .withBean(Locks.class)
                .withPropertyValues("lanekeeper.handlers.free.unique-ttl=1m")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::where)
                        .anyMatch(where -> where.startsWith("uniqueLock of Handler 'endless'"))
                        .anyMatch(where -> where.startsWith("uniqueKey of Handler 'keyless'"))
                        .anyMatch(where -> where.startsWith("uniqueLimit of Handler 'none'"))
                        .anyMatch(where -> where.contains("Locks.jobless"))
                        .contains("lanekeeper.handlers.free.unique-ttl")
                        .hasSize(5));
    }

    @Test
    void readsALockOfTheAnnotationWithAPropertyBeforeIt() {
        application
                .withBean(Locked.class)
                .withPropertyValues("lanekeeper.handlers.locked.unique-ttl=2m")
                .run(context -> assertThat(Objects.requireNonNull(
                                        handler(context, "locked").unique())
                                .rule())
                        .isEqualTo(new UniqueRule(
                                Lock.UNTIL_EXECUTING, "/a/b", Duration.ofMinutes(2), 3, true, Conflict.REPLACE)));
    }

    @Test
    void takesNoLocksForUniqueHandlersWhereTheyAreOffAndTellsWhatIsWrongAllTheSame() {
        application
                .withBean(Locked.class)
                .withBean(RunLockDeclarationTest.RunLocked.class)
                .withPropertyValues("lanekeeper.unique.enabled=false", "lanekeeper.handlers.in-run.locks=printer*3")
                .run(context -> {
                    assertThat(handler(context, "locked").unique()).isNull();
                    assertThat(handler(context, "in-run").locks().rules())
                            .extracting(r -> r.prefix())
                            .containsExactly("printer");
                });
        application
                .withBean(Locks.class)
                .withPropertyValues("lanekeeper.unique.enabled=false")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::where)
                        .anyMatch(where -> where.startsWith("uniqueLock of Handler 'endless'")));
    }

    @Test
    void tellsStrategiesThatCannotWorkAllAtOnce() {
        application
                .withBean(Strategies.class)
                .withPropertyValues("lanekeeper.encryption.outbox=true")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::where)
                        .anyMatch(where -> where.startsWith("uniqueOnConflict of Handler 'throttled'"))
                        .anyMatch(where -> where.startsWith("uniqueOnConflict of Handler 'debounced'"))
                        .anyMatch(where -> where.startsWith("uniqueDelay of Handler 'delayed'"))
                        .anyMatch(where -> where.startsWith("uniqueLimit of Handler 'updated'"))
                        .anyMatch(where -> where.startsWith("uniqueAcrossHandlers of Handler 'mixed'"))
                        .anyMatch(where -> where.startsWith("uniqueLock of Handler 'policed'"))
                        .anyMatch(where -> where.startsWith("uniquePolicy of Handler 'policed'"))
                        .anyMatch(where -> where.startsWith("uniqueStrategy of Handler 'chosen'"))
                        .anyMatch(where -> where.startsWith("uniqueOnConflict of Handler 'raised'"))
                        .anyMatch(where -> where.startsWith("uniqueLock of Handler 'raised'"))
                        .anyMatch(where -> where.startsWith("uniqueKey of Handler 'beaned'"))
                        .anyMatch(where -> where.startsWith("uniqueKey of handler 'hidden'")));
    }

    @Test
    void takesTheStrategyForAllWhereAHandlerSaysNone() {
        application
                .withBean(JobDeclarationTest.Reports.class)
                .withBean(Configured.class)
                .withPropertyValues("lanekeeper.unique.on-conflict=reject", "where=UTC")
                .run(context -> {
                    assertThat(rule(context, "configured").onConflict()).isEqualTo(Conflict.REJECT);
                    assertThat(rule(context, "own").onConflict()).isEqualTo(Conflict.LOG);
                    assertThat(handler(context, "report").unique()).isNull();
                });
    }

    @Test
    void asksBeansForLockAndStrategyOfEachJob() {
        application
                .withBean(Beans.class)
                .withBean(
                        "byTenant",
                        LockPolicy.class,
                        () -> event -> event.value() == null
                                ? null
                                : new LockPolicy.Hold("tenant", Lock.UNTIL_EXPIRED, Duration.ofMinutes(3), 7))
                .withBean("urgentFirst", ConflictStrategy.class, () -> event -> Conflict.THROTTLE)
                .withBean("wild", ConflictStrategy.class, () -> event -> Conflict.UPDATE)
                .run(context -> {
                    var some = new RawEvent(null, -1, -1, Instant.EPOCH, null, new byte[1], List.of());
                    var none = new RawEvent(null, -1, -1, Instant.EPOCH, null, null, List.of());
                    var policed =
                            Objects.requireNonNull(handler(context, "policed").unique());
                    assertThat(policed.claim(none, null)).isNull();
                    assertThat(Objects.requireNonNull(policed.claim(some, null)))
                            .satisfies(claim -> {
                                assertThat(claim.key()).isEqualTo("tenant");
                                assertThat(claim.rule().limit()).isEqualTo(7);
                                assertThat(claim.rule().onConflict()).isEqualTo(Conflict.THROTTLE);
                            });
                    assertThat(Objects.requireNonNull(policed.claim(some, "said"))
                                    .key())
                            .isEqualTo("said");
                    var wild = Objects.requireNonNull(handler(context, "wild").unique());
                    assertThatThrownBy(() -> wild.claim(some, "k")).hasMessageContaining("go together");
                    var mixed = Objects.requireNonNull(handler(context, "mixed").unique());
                    assertThatThrownBy(() -> mixed.claim(some, "k")).hasMessageContaining("payload of another handler");
                });
    }

    private static UniqueRule rule(ApplicationContext context, String id) {
        return Objects.requireNonNull(handler(context, id).unique()).rule();
    }

    static class Locked {

        @LaneJob(id = "locked")
        @Unique(
                lock = Lock.UNTIL_EXECUTING,
                key = "/a/b",
                ttl = "1m",
                limit = 3,
                acrossHandlers = true,
                onConflict = Conflict.REPLACE)
        void locked() {}
    }

    static class Locks {

        @LaneJob(id = "endless")
        @Unique(lock = Lock.UNTIL_EXPIRED)
        void endless() {}

        @LaneJob(id = "keyless")
        @Unique(key = "a b")
        void keyless() {}

        @LaneJob(id = "none")
        @Unique(limit = 0)
        void none() {}

        @Unique
        void jobless() {}

        @LaneJob(id = "free")
        void free() {}
    }

    static class Strategies {

        @LaneJob(id = "throttled")
        @Unique(onConflict = Conflict.THROTTLE)
        void throttled() {}

        @LaneJob(id = "debounced")
        @Unique(lock = Lock.UNTIL_EXECUTING, onConflict = Conflict.DEBOUNCE)
        void debounced() {}

        @LaneJob(id = "delayed")
        @Unique(delay = "1s")
        void delayed() {}

        @LaneJob(id = "updated")
        @Unique(lock = Lock.UNTIL_EXECUTING, onConflict = Conflict.UPDATE, limit = 2)
        void updated() {}

        @LaneJob(id = "mixed")
        @Unique(lock = Lock.UNTIL_EXECUTING, onConflict = Conflict.UPDATE, acrossHandlers = true)
        void mixed() {}

        @LaneJob(id = "policed")
        @Unique(lock = Lock.UNTIL_EXECUTING, policy = "nobody")
        void policed() {}

        @LaneJob(id = "chosen")
        @Unique(strategy = "nobody")
        void chosen() {}

        @KafkaEventHandler(id = "raised", topics = "t")
        @Unique(onConflict = Conflict.RAISE)
        void raised(String record) {}

        @OutboxEventHandler(id = "beaned", context = "c", event = "e")
        @Unique(key = "bean:x")
        void beaned(String entry) {}

        @OutboxEventHandler(id = "hidden", context = "c", event = "f")
        @Unique(key = "field")
        void hidden(String entry) {}
    }

    static class Configured {

        @LaneJob(id = "configured")
        @Unique
        void configured() {}

        @LaneJob(id = "own")
        @Unique(onConflict = Conflict.LOG)
        void own() {}
    }

    static class Beans {

        @LaneJob(id = "policed")
        @Unique(policy = "byTenant", strategy = "urgentFirst")
        void policed(String payload) {}

        @LaneJob(id = "wild")
        @Unique(strategy = "wild")
        void wild(String payload) {}

        @LaneJob(id = "mixed")
        @Unique(strategy = "wild", lock = Lock.UNTIL_EXECUTING, acrossHandlers = true)
        void mixed(String payload) {}
    }
}

package dev.lanekeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanekeeper.api.KafkaEventHandler;
import dev.lanekeeper.api.LanekeeperConfigurationException;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.job.ConflictStrategy;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.LockPolicy;
import dev.lanekeeper.api.job.RunConflictStrategy;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.HandlerDefinition.JobSource;
import dev.lanekeeper.handler.LockRules.Hiding;
import dev.lanekeeper.handler.LockRules.Refusal;
import dev.lanekeeper.work.Recurrence;
import dev.lanekeeper.work.RunKey;
import dev.lanekeeper.work.UniqueRule;
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

/** What a user writes to do jobs becomes a definition like any other. */
class JobDeclarationTest {

    private final ApplicationContextRunner application =
            new ApplicationContextRunner().withUserConfiguration(HandlerConfiguration.class);

    @Test
    void readsResourceAndRecurrenceOfTheAnnotationAndOfProperties() {
        application
                .withBean(Reports.class)
                .withPropertyValues("lanekeeper.handlers.report.cron=@daily", "where=Europe/Berlin")
                .run(context -> {
                    var report = handler(context, "report");

                    assertThat(report.source()).isInstanceOfSatisfying(JobSource.class, job -> {
                        assertThat(job.resource()).isEqualTo("customer");
                        assertThat(job.recurrence()).isEqualTo(new Recurrence("@daily", "Europe/Berlin"));
                    });
                    assertThat(report.unique()).isNull();
                    var payload = "{\"customer\":7}".getBytes(StandardCharsets.UTF_8);
                    assertThat(report.lanes()
                                    .resource()
                                    .resourceOf(new RawEvent(null, -1, -1, Instant.EPOCH, null, payload, List.of())))
                            .isEqualTo("7");
                });
    }

    @Test
    void tellsAllThatIsWrongAtOnce() {
        application
                .withBean(Wrong.class)
                .withPropertyValues("lanekeeper.handlers.never.topics=t", "lanekeeper.handlers.never.context=c")
                .run(context -> assertThat(problems(context.getStartupFailure()))
                        .extracting(Problem::where)
                        .anyMatch(where -> where.startsWith("cron of Handler 'often'"))
                        .anyMatch(where -> where.startsWith("cron of Handler 'never'"))
                        .anyMatch(where -> where.startsWith("zone of Handler 'nowhere'"))
                        .anyMatch(where -> where.startsWith("zone of Handler 'timeless'"))
                        .anyMatch(where -> where.contains("nameless"))
                        .contains("lanekeeper.handlers.never.topics", "lanekeeper.handlers.never.context")
                        .hasSize(8));
    }

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
                .withBean(RunLocked.class)
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

    static class RunLockedAsConfigured {

        @LaneJob(id = "as-configured")
        @Unique(lock = Lock.WHILE_EXECUTING, key = "a")
        void run() {}

        @LaneJob(id = "enqueued")
        @Unique(lock = Lock.UNTIL_EXECUTED, key = "a")
        void enqueued() {}
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
                .withBean(Reports.class)
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

    private static List<Problem> problems(Throwable failure) {
        var thrown = failure;
        while (!(thrown instanceof LanekeeperConfigurationException)) {
            thrown = Objects.requireNonNull(thrown.getCause());
        }
        return ((LanekeeperConfigurationException) thrown).getProblems();
    }

    private static HandlerDefinition handler(ApplicationContext context, String id) {
        return Objects.requireNonNull(
                context.getBean(HandlerCatalog.class).handlers().find(id));
    }

    static class Reports {

        @LaneJob(id = "report", resource = "customer", cron = "0 0 3 * * *", zone = "${where}")
        void report(String payload) {}
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

    static class RunLocked {

        @LaneJob(id = "in-run")
        @Unique(lock = Lock.WHILE_EXECUTING, key = "a", limit = 2, maxWait = "30s", onRunConflict = RunConflict.REJECT)
        void inRun() {}
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

    static class Wrong {

        @LaneJob(id = "often", cron = "often")
        void often() {}

        @LaneJob(id = "never", cron = "0 0 0 31 2 *")
        void never() {}

        @LaneJob(id = "nowhere", cron = "@daily", zone = "Nowhere/Land")
        void nowhere() {}

        @LaneJob(id = "timeless", zone = "UTC")
        void timeless() {}

        @LaneJob
        void nameless() {}

        @LaneJob(id = "twice")
        void twice(String one, String other) {}
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

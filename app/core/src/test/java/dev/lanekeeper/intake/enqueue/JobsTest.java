package dev.lanekeeper.intake.enqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.EventContext;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.ResourceResolver;
import dev.lanekeeper.api.event.JobEvent;
import dev.lanekeeper.api.job.DuplicateJobException;
import dev.lanekeeper.api.job.Enqueued;
import dev.lanekeeper.api.job.Enqueued.Accepted;
import dev.lanekeeper.api.job.Enqueued.Scheduled;
import dev.lanekeeper.api.job.Enqueued.Submitted;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.LaneJobConfigurer;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.api.outbox.OutboxEventHandler;
import dev.lanekeeper.operations.JobAnswer;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.testkit.PostgresDatabase;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.ConservationSearch;
import dev.lanekeeper.work.Database;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;

/** What becomes of jobs in an application with a real database. */
class JobsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration FAR = Duration.ofDays(1);
    private static final Operator ANNA = new Operator("anna", "test");

    private static PostgresDatabase database;
    private static ConfigurableApplicationContext application;
    private static Jobs jobs;
    private static JobOperations operations;
    private static TransactionTemplate transactions;
    private static JdbcClient jdbc;
    private static Seen seen;

    @BeforeAll
    static void start() {
        database = PostgresServer.shared().createDatabase("jobs");
        application = new SpringApplicationBuilder(Application.class)
                .properties(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.username(),
                        "spring.datasource.hikari.maximum-pool-size=20",
                        "spring.main.banner-mode=off",
                        "spring.main.web-application-type=none",
                        "lanekeeper.workers=4",
                        "lanekeeper.outbox.sleep=100ms")
                .run();
        jobs = application.getBean(Jobs.class);
        operations = application.getBean(JobOperations.class);
        transactions = new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
        jdbc = application.getBean(JdbcClient.class);
        seen = application.getBean(Seen.class);
        jdbc.sql("CREATE TABLE effect (name text)").update();
    }

    /** The books are compared when everything is done: each test has left its part in them. */
    @AfterAll
    static void stop() {
        jdbc.sql("DELETE FROM lanekeeper.recurring_job").update();
        await().atMost(PATIENCE).until(() -> rows("lanekeeper.lane_item") == 0);
        assertThat(rows("lanekeeper.scheduled_job")).isZero();
        assertThat(rows("lanekeeper.outbox_entry")).isZero();
        assertThat(seen.with("every-entry")).isEmpty();
        assertThat(rows("lanekeeper.unique_lock")).isZero();
        assertThat(new ConservationSearch(new Database(database.dataSource(), "lanekeeper")).faults())
                .isEmpty();
        application.close();
    }

    @Test
    void storesAJobAtOnceAndAnswersWithTheIdOfItsItem() {
        var answer = jobs.enqueue(
                "greet", new Greeting("now", "anna"), JobOptions.now().withLabel("a word"));

        assertThat(answer).isInstanceOf(Accepted.class);
        var itemId = ((Accepted) answer).itemId();
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(seen.with("greet now")).containsExactly("greet now as " + itemId + " for anna"));
        assertThat(rows("lanekeeper.work_item WHERE source = 3 AND label = 'a word' AND item_id = " + itemId))
                .isOne();
    }

    @Test
    void takesTheResourceThatTheCallerNamesBeforeThatOfTheHandler() {
        jobs.enqueue(
                "greet", new Greeting("elsewhere", "anna"), JobOptions.now().withResource("berta"));

        await().atMost(PATIENCE).until(() -> seen.with("greet elsewhere").size() == 1);
        assertThat(seen.with("greet elsewhere").get(0)).endsWith(" for berta");
    }

    @Test
    void storesAJobOfATransactionWithItsCommitAndInItsOrder() {
        transactions.executeWithoutResult(status -> {
            assertThat(jobs.enqueue("greet", new Greeting("rolled-back", "k"))).isInstanceOf(Submitted.class);
            status.setRollbackOnly();
        });
        var answers = transactions.execute(status -> IntStream.range(0, 20)
                .mapToObj(n -> jobs.enqueue("greet", new Greeting("in-order-" + n, "k\\1")))
                .toList());

        await().atMost(PATIENCE).until(() -> seen.with("greet in-order-").size() == 20);
        assertThat(seen.with("greet in-order-"))
                .extracting(call -> call.split(" ")[1])
                .containsExactlyElementsOf(
                        IntStream.range(0, 20).mapToObj(n -> "in-order-" + n).toList());
        assertThat(seen.with("greet rolled-back")).isEmpty();
        var last = ((Submitted) answers.get(19)).entryId();
        assertThat(jdbc.sql("SELECT resource FROM lanekeeper.work_item WHERE source = 3 AND entry_id = ?")
                        .param(last)
                        .query(String.class)
                        .single())
                .isEqualTo("k\\\\1");
    }

    @Test
    void keepsAJobOfAHandlersTransactionIfAndOnlyIfItsEffectsAreKept() {
        jobs.enqueue("effect", "bad");
        jobs.enqueue("effect", "good");

        await().atMost(PATIENCE).until(() -> seen.with("greet after-good").size() == 1);
        assertThat(rows("effect WHERE name = 'good'")).isOne();
        await().atMost(PATIENCE)
                .until(() -> rows("lanekeeper.outcome JOIN lanekeeper.handler USING (handler_id)"
                                + " WHERE state = 2 AND name = 'effect'")
                        == 1);
        assertThat(seen.with("greet after-bad")).isEmpty();
    }

    @Test
    void runsAScheduledJobWhenItIsDueAndNeverEarlierAtTheEndOfItsLaneThen() {
        var answer = jobs.enqueue("greet", new Greeting("later", "l"), JobOptions.after(Duration.ofMillis(700)));
        jobs.enqueue("greet", new Greeting("before-later", "l"));

        assertThat(answer).isInstanceOf(Scheduled.class);
        assertThat(rows("lanekeeper.scheduled_job")).isPositive();
        await().atMost(PATIENCE).until(() -> seen.with("greet later").size() == 1);
        var jobId = ((Scheduled) answer).jobId();
        var itemId = operations.itemOf(jobId).orElseThrow();
        assertThat(itemId).isGreaterThan(jobId + 1);
        await().atMost(PATIENCE).until(() -> rows("lanekeeper.outcome WHERE item_id = " + itemId) == 1);
        assertThat(lateness(itemId)).isBetween(0.0, 5_000.0);
    }

    /** From when it was to run until it did, in milliseconds. */
    private static double lateness(long itemId) {
        return jdbc.sql("""
                        SELECT 1000 * extract(epoch FROM o.started_at - w.produced_at) - 700
                          FROM lanekeeper.work_item AS w
                          JOIN lanekeeper.outcome AS o USING (item_id)
                         WHERE w.item_id = ?
                        """).param(itemId).query(Double.class).single();
    }

    @Test
    void schedulesAJobOfATransactionAfterItsCommit() {
        transactions.executeWithoutResult(status ->
                jobs.enqueue("greet", new Greeting("submitted-later", "s"), JobOptions.after(Duration.ofMillis(300))));

        await().atMost(PATIENCE).until(() -> seen.with("greet submitted-later").size() == 1);
    }

    @Test
    void cancelsReschedulesAndRunsNow() {
        var cancelled = scheduled("cancelled");
        var hurried = scheduled("hurried");
        var moved = scheduled("moved");

        assertThat(operations.cancel(cancelled, ANNA)).isEqualTo(JobAnswer.CANCELLED);
        assertThat(operations.cancel(cancelled, ANNA)).isEqualTo(JobAnswer.ALREADY_STORED);
        assertThat(operations.runNow(hurried, ANNA)).isEqualTo(JobAnswer.DUE);
        assertThat(operations.reschedule(moved, now().plusMillis(200), ANNA)).isEqualTo(JobAnswer.RESCHEDULED);
        assertThat(operations.cancel(-1, ANNA)).isEqualTo(JobAnswer.NOT_FOUND);

        await().atMost(PATIENCE).until(() -> seen.with("greet hurried").size() == 1);
        await().atMost(PATIENCE).until(() -> seen.with("greet moved").size() == 1);
        assertThat(rows("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id)"
                        + " WHERE state = 4 AND reason = 'anna: test' AND scheduled_id = " + cancelled))
                .isOne();
        assertThat(rows("lanekeeper.operation WHERE target = 'job:" + cancelled + "' AND verb = 'cancel'"))
                .isEqualTo(2);
        assertThat(seen.with("greet cancelled")).isEmpty();
    }

    private static long scheduled(String name) {
        return ((Scheduled) jobs.enqueue("greet", new Greeting(name, "c"), JobOptions.after(FAR))).jobId();
    }

    private static Instant now() {
        return jdbc.sql("SELECT clock_timestamp()")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    @Test
    void givesPayloadsOfAnyKindAsTheyWereWritten() {
        var exact = new BigDecimal("0.12345678901234567890123");
        jobs.enqueue("number", exact);
        jobs.enqueue("number", null);
        transactions.executeWithoutResult(status -> {
            jobs.enqueue("number", exact.negate());
            jobs.enqueue("effect", "ü \"\\ 𝄞");
        });

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(seen.with("number"))
                        .containsExactlyInAnyOrder("number " + exact, "number null", "number -" + exact));
        await().atMost(PATIENCE).until(() -> rows("effect WHERE name = 'ü \"\\ 𝄞'") == 1);
    }

    @Test
    void takesJobsOfAnyProgramAndMakesNonsenseAFailure() {
        jdbc.sql("""
                        INSERT INTO lanekeeper.outbox_entry (context, event_name, causality_key, arguments)
                        VALUES ('lanekeeper.jobs', 'coded', 'sql', '{"payload": {"name": "sql", "customer": "c"}}'),
                               ('lanekeeper.jobs', 'coded', 'sql', '{"dueAt": "soon"}'),
                               ('lanekeeper.jobs', 'nobody', 'sql', '{}')
                        """).update();

        await().atMost(PATIENCE).until(() -> seen.with("coded sql").size() == 1);
        await().atMost(PATIENCE)
                .until(() -> rows("lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id)"
                                + " WHERE state = 2 AND intake_error LIKE '%makes no job%'")
                        == 1);
        await().atMost(PATIENCE)
                .until(() -> rows("lanekeeper.attempt WHERE error_message LIKE '%context: lanekeeper.jobs%'") == 1);
    }

    @Test
    void answersWithTheJobThatHasTheLockAndTellsWhoeverListens() {
        var holder = ((Scheduled) jobs.enqueue("once", new Greeting("told", "-"), JobOptions.after(FAR))).jobId();

        assertThat(jobs.enqueue("once", new Greeting("told", "-"))).isEqualTo(new Enqueued.Duplicate(holder));

        assertThat(seen.events).contains(new JobEvent.Duplicate("once", "told", holder));
        assertThat(operations.cancel(holder, ANNA)).isEqualTo(JobAnswer.CANCELLED);
        assertThat(jobs.enqueue("once", new Greeting("told", "-"))).isInstanceOf(Accepted.class);
    }

    @Test
    void keepsALoserOfATransactionWithTheJobThatItLostToAndTheOrderOfTheOthers() {
        var holder = ((Scheduled) jobs.enqueue("once", new Greeting("lost", "-"), JobOptions.after(FAR))).jobId();
        transactions.executeWithoutResult(status -> {
            jobs.enqueue("greet", new Greeting("beside-1", "b"));
            jobs.enqueue("greet", new Greeting("beside-2", "b"));
            var keyed = JobOptions.now().withResource("b").withUniqueKey("won");
            assertThat(jobs.enqueue("once", new Greeting("beside-3", "-"), keyed))
                    .isInstanceOf(Submitted.class);
            jobs.enqueue("once", new Greeting("beside-lost", "-"), keyed.withUniqueKey("lost"));
            jobs.enqueue("greet", new Greeting("beside-4", "b"));
        });

        await().atMost(PATIENCE).until(() -> seen.with("greet beside-4").size() == 1);
        assertThat(seen.containing(" beside-"))
                .extracting(call -> call.split(" ")[1])
                .containsExactly("beside-1", "beside-2", "beside-3", "beside-4");
        assertThat(rows("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id) WHERE state = 4"
                        + " AND lost_to = " + holder + " AND reason LIKE 'duplicate of job " + holder + "%'"))
                .isOne();
        assertThat(seen.events).contains(new JobEvent.Duplicate("once", "lost", holder));
        operations.cancel(holder, ANNA);
    }

    @Test
    void raisesWhereThatIsWantedAndSomebodyListens() {
        var holder =
                ((Scheduled) jobs.enqueue("strict", 7, JobOptions.after(FAR).withUniqueKey("s"))).jobId();

        assertThatThrownBy(() -> jobs.enqueue("strict", 7, JobOptions.now().withUniqueKey("s")))
                .isInstanceOfSatisfying(
                        DuplicateJobException.class,
                        e -> assertThat(e.duplicateOf()).isEqualTo(holder));
        operations.cancel(holder, ANNA);
    }

    @Test
    void takesNoLockWithoutAKeyAndNoKeyWithoutALock() {
        var scheduled = JobOptions.after(FAR);
        assertThat(jobs.enqueue("strict", 1, scheduled)).isInstanceOf(Scheduled.class);
        assertThat(jobs.enqueue("strict", 1, scheduled)).isInstanceOf(Scheduled.class);
        assertThatThrownBy(() -> jobs.enqueue("greet", null, scheduled.withUniqueKey("k")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("@Unique");
        jdbc.sql("SELECT job_id FROM lanekeeper.scheduled_job WHERE handler_id ="
                        + " (SELECT handler_id FROM lanekeeper.handler WHERE name = 'strict')")
                .query(Long.class)
                .list()
                .forEach(id -> operations.cancel(id, ANNA));
    }

    @Test
    void letsAnotherInWhenTheHandlerIsCalledOrWhenItIsDone() {
        jobs.enqueue("until-executing", 3);
        jobs.enqueue("until-executed", 3);

        await().atMost(PATIENCE).until(() -> seen.with("until-executing 0").size() == 1);
        await().atMost(PATIENCE)
                .until(() -> seen.with("until-executed 3 Duplicate").size() == 1);
        assertThat(seen.with("until-executed")).hasSize(1);
    }

    @Test
    void runsNeverTwoJobsOfAKeyAtOnceHoweverManyEnqueue() throws InterruptedException {
        var threads = IntStream.range(0, 6)
                .mapToObj(n -> new Thread(() -> {
                    for (var i = 0; i < 25; i++) {
                        jobs.enqueue("crowded", i % 2);
                    }
                }))
                .toList();
        threads.forEach(Thread::start);
        for (var thread : threads) {
            thread.join();
        }

        await().atMost(PATIENCE)
                .until(() -> rows("lanekeeper.lane_item JOIN lanekeeper.handler USING (handler_id)"
                                + " WHERE name = 'crowded'")
                        == 0);
        assertThat(seen.with("overlap")).isEmpty();
        assertThat(seen.with("crowded").size()).isBetween(2, 150);
    }

    @Test
    void recursByItself() {
        await().atMost(PATIENCE).until(() -> seen.with("tick").size() >= 2);
    }

    @Test
    void saysWhichHandlersThereAreWhenThereIsNone() {
        assertThatThrownBy(() -> jobs.enqueue("gret", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'gret'")
                .hasMessageContaining("'greet'")
                .hasMessageContaining("@LaneJob");
        assertThatThrownBy(() -> jobs.enqueue("every-entry", null)).isInstanceOf(IllegalArgumentException.class);
    }

    private static long rows(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }

    record Greeting(String name, String customer) {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Seen.class, Work.class})
    static class Application {

        @Bean
        ResourceResolver everyoneTheSame() {
            return event -> "the same";
        }

        @Bean
        ResourceResolver payloadItself() {
            return event -> new String(Objects.requireNonNull(event.value()), StandardCharsets.UTF_8);
        }

        @Bean
        LaneJobConfigurer inCode(Seen seen) {
            return registry -> registry.job("coded", Greeting.class, (greeting, event) -> {
                        seen.add("coded " + greeting.name());
                        return Outcome.ack();
                    })
                    .resource(event -> "fixed")
                    .maxRetries(0);
        }
    }

    /** What the handlers were given. */
    @Component
    static class Seen {

        private final List<String> calls = new CopyOnWriteArrayList<>();

        private final List<JobEvent> events = new CopyOnWriteArrayList<>();

        @EventListener
        void on(JobEvent event) {
            events.add(event);
        }

        List<String> containing(String part) {
            return calls.stream().filter(c -> c.contains(part)).toList();
        }

        void add(String call) {
            calls.add(call);
        }

        List<String> with(String prefix) {
            return calls.stream().filter(c -> c.startsWith(prefix)).toList();
        }
    }

    @Component
    static class Work {

        private final Set<Integer> atWork = ConcurrentHashMap.newKeySet();
        private final Seen seen;
        private final JdbcClient jdbc;
        private final Jobs jobs;

        Work(Seen seen, JdbcClient jdbc, Jobs jobs) {
            this.seen = seen;
            this.jdbc = jdbc;
            this.jobs = jobs;
        }

        @LaneJob(id = "greet", resource = "customer")
        void greet(Greeting greeting, EventContext context) {
            seen.add("greet " + greeting.name() + " as " + context.itemId() + " for " + context.resource());
        }

        @LaneJob(id = "number")
        void number(@Nullable BigDecimal number) {
            seen.add("number " + number);
        }

        @LaneJob(id = "tick", cron = "* * * * * *")
        void tick() {
            seen.add("tick");
        }

        @LaneJob(id = "once")
        @Unique(key = "name")
        void once(Greeting greeting) {
            seen.add("once " + greeting.name());
        }

        @LaneJob(id = "strict")
        @Unique(onConflict = Unique.Conflict.RAISE)
        void strict(int number) {
            seen.add("strict " + number);
        }

        @LaneJob(id = "until-executing")
        @Unique(lock = Unique.Lock.UNTIL_EXECUTING, key = "bean:everyoneTheSame")
        void untilExecuting(int left) {
            seen.add("until-executing " + left);
            if (left > 0) {
                jobs.enqueue("until-executing", left - 1);
            }
        }

        @LaneJob(id = "until-executed")
        @Unique(key = "bean:everyoneTheSame")
        void untilExecuted(int left) {
            seen.add("until-executed " + left + " "
                    + jobs.enqueue("until-executed", left - 1).getClass().getSimpleName());
        }

        @LaneJob(id = "crowded")
        @Unique(key = "bean:payloadItself")
        void crowded(int number) {
            if (!atWork.add(number)) {
                seen.add("overlap of " + number);
            }
            seen.add("crowded " + number);
            atWork.remove(number);
        }

        @Transactional
        @LaneJob(id = "effect", maxRetries = "0")
        public void effect(JsonNode name) {
            jdbc.sql("INSERT INTO effect (name) VALUES (?)")
                    .param(name.asString())
                    .update();
            jobs.enqueue("greet", new Greeting("after-" + name.asString(), "e"));
            if (name.asString().equals("bad")) {
                throw new IllegalStateException("bad");
            }
        }

        @OutboxEventHandler(id = "every-entry")
        void everyEntry(OutboxEntry entry) {
            seen.add("every-entry " + entry.context());
        }
    }
}

package dev.lanekeeper.intake.enqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.StartedApplication;
import dev.lanekeeper.api.job.Enqueued.Recurring;
import dev.lanekeeper.api.job.Enqueued.Submitted;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.intake.enqueue.JobsApplication.Greeting;
import dev.lanekeeper.intake.enqueue.JobsApplication.Seen;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.operations.RecurringAnswer;
import dev.lanekeeper.operations.RecurringOperations;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import java.time.ZoneId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Jobs that are enqueued to recur, in an application with a real database. */
class RecurringByCronTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String EVERY_SECOND = "* * * * * *";

    private static ConfigurableApplicationContext application;
    private static Jobs jobs;
    private static JdbcClient jdbc;
    private static Seen seen;
    private static TransactionTemplate transactions;

    @BeforeAll
    static void start() {
        application = StartedApplication.of(
                JobsApplication.class, PostgresServer.shared().createDatabase("jobs_by_cron"));
        jobs = application.getBean(Jobs.class);
        jdbc = application.getBean(JdbcClient.class);
        seen = application.getBean(Seen.class);
        transactions = new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @AfterEach
    void endThem() {
        jdbc.sql("DELETE FROM lanekeeper.recurring_job WHERE name <> ''").update();
    }

    @Test
    void isDoneAgainAndAgainWithItsPayloadInItsLaneUntilItIsEnded() {
        var answer = jobs.enqueue(
                "greet",
                new Greeting("again", "anna"),
                JobOptions.recurring("every second", EVERY_SECOND).withPriority(3));

        assertThat(answer).isInstanceOf(Recurring.class);
        await().atMost(PATIENCE).until(() -> seen.with("greet again").size() >= 2);
        assertThat(seen.with("greet again")).allMatch(s -> s.endsWith(" for anna"));
        assertThat(rows("lanekeeper.work_item WHERE label = 'every second' AND trace_parent IS NULL"))
                .isPositive();
        var operations = application.getBean(RecurringOperations.class);
        var id = operations.find("greet", "every second").orElseThrow();
        assertThat(id).isEqualTo(((Recurring) answer).recurringId());
        assertThat(operations.end(id, new Operator("anna", null))).isEqualTo(RecurringAnswer.ENDED);
        await().atMost(PATIENCE)
                .until(() -> rows("lanekeeper.lane_item WHERE item_id IN (SELECT item_id"
                                + " FROM lanekeeper.work_item WHERE label = 'every second')")
                        == 0);
        assertThat(seen.with("greet again"))
                .hasSize(Math.toIntExact(rows("lanekeeper.work_item WHERE label = 'every second'")));
    }

    @Test
    void recursOnceTheTransactionThatEnqueuedItIsCommittedAndNotIfItIsRolledBack() {
        transactions.executeWithoutResult(transaction -> {
            jobs.enqueue("greet", new Greeting("never", "berta"), JobOptions.recurring("never", EVERY_SECOND));
            transaction.setRollbackOnly();
        });
        var answer = transactions.execute(transaction -> jobs.enqueue(
                "greet",
                new Greeting("submitted", "berta"),
                JobOptions.recurring("submitted", EVERY_SECOND, ZoneId.of("Asia/Kolkata"))
                        .withResource("clara")
                        .withLabel("a word")));

        assertThat(answer).isInstanceOf(Submitted.class);
        await().atMost(PATIENCE).until(() -> seen.with("greet submitted").size() >= 2);
        assertThat(seen.with("greet submitted")).allMatch(s -> s.endsWith(" for clara"));
        assertThat(rows("lanekeeper.recurring_job WHERE name = 'never'")).isZero();
        assertThat(
                        rows(
                                "lanekeeper.recurring_job WHERE name = 'submitted' AND zone = 'Asia/Kolkata' AND label = 'a word'"))
                .isOne();
    }

    @Test
    void claimsTheLockOfItsKeyEachTimeSoThatItLosesToTheOneThatIsThere() {
        jobs.enqueue(
                "once",
                new Greeting("scheduled", "-"),
                JobOptions.after(Duration.ofDays(1)).withUniqueKey("taken"));
        jobs.enqueue(
                "once",
                new Greeting("loses", "-"),
                JobOptions.recurring("loses", EVERY_SECOND).withUniqueKey("taken"));

        await().atMost(PATIENCE)
                .until(() -> rows("lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id)"
                                + " WHERE label = 'loses' AND state = 4 AND lost_to IS NOT NULL")
                        >= 2);
        assertThat(seen.with("once loses")).isEmpty();
    }

    @Test
    void otherProgramsLetJobsRecurByInsertingARow() {
        insert("""
                {"payload": {"name": "by sql", "customer": "dora"}, "name": "by sql", "cron": "* * * * * *",
                 "priority": 2}""");

        await().atMost(PATIENCE).until(() -> seen.with("greet by sql").size() >= 2);
        insert("{\"payload\": {}, \"name\": \"wrong\", \"cron\": \"now and then\"}");
        await().atMost(PATIENCE)
                .until(() -> rows("lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id)"
                                + " WHERE state = 2 AND intake_error LIKE '%Write second, minute, hour%'")
                        == 1);
        insert("{\"payload\": {}, \"name\": \"without cron\"}");
        await().atMost(PATIENCE)
                .until(() -> rows("lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id)"
                                + " WHERE state = 2 AND intake_error LIKE '%give cron, too%'")
                        == 1);
        assertThat(rows("lanekeeper.outbox_entry")).isZero();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> jobs.enqueue("greet", null, JobOptions.recurring("wrong", "61 * * * * *")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'greet'")
                .hasMessageContaining("'61 * * * * *'")
                .hasMessageContaining("Write second, minute, hour");
        assertThatThrownBy(() -> jobs.enqueue("greet", null, JobOptions.recurring("never", "0 0 0 31 2 *")))
                .hasMessageContaining("this one never does");
        assertThatThrownBy(() -> JobOptions.recurring(" ", EVERY_SECOND))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("needs a name");
        assertThatThrownBy(() -> jobs.enqueue(
                        "greet",
                        null,
                        JobOptions.recurring("keyed", EVERY_SECOND).withUniqueKey("k")))
                .hasMessageContaining("annotate the handler with @Unique");
        assertThat(rows("lanekeeper.recurring_job WHERE name <> ''")).isZero();
    }

    private static void insert(String arguments) {
        jdbc.sql("""
                        INSERT INTO lanekeeper.outbox_entry (context, event_name, arguments)
                        VALUES ('lanekeeper.jobs', 'greet', ?::json)
                        """).param(arguments).update();
    }

    private static long rows(String table) {
        return jdbc.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }
}

package dev.lanekeeper.intake.enqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.StartedApplication;
import dev.lanekeeper.api.job.Enqueued.Scheduled;
import dev.lanekeeper.api.job.Enqueued.Submitted;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.LockPolicy;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.intake.enqueue.JobsApplication.Greeting;
import dev.lanekeeper.intake.enqueue.JobsApplication.Seen;
import dev.lanekeeper.testkit.PostgresServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Unique jobs of programs that insert a row. */
class JobsBySqlTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static ConfigurableApplicationContext application;
    private static Jobs jobs;
    private static JdbcClient jdbc;
    private static Seen seen;

    @BeforeAll
    static void start() {
        application =
                StartedApplication.of(Application.class, PostgresServer.shared().createDatabase("jobs_by_sql"));
        jobs = application.getBean(Jobs.class);
        jdbc = application.getBean(JdbcClient.class);
        seen = application.getBean(Seen.class);
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    @Test
    void readsTheKeyFromThePayload() {
        var holder = scheduled("said by the payload");

        insert("once", """
                {"payload": {"name": "said by the payload", "customer": "-"}, "label": "of the payload"}""");

        await().atMost(PATIENCE).until(() -> isLost("of the payload", holder));
        assertThat(seen.with("once")).isEmpty();
    }

    @Test
    void takesTheKeyThatTheRowSaysBeforeThatOfThePayload() {
        var holder = scheduled("said by the row");

        insert("once", """
                {"payload": {"name": "other", "customer": "-"}, "uniqueKey": "said by the row", "label": "of the row"}""");

        await().atMost(PATIENCE).until(() -> isLost("of the row", holder));
    }

    @Test
    void keepsTheKeyOfALockThatIsHeldInTheRun() {
        insert("alone", """
                {"payload": {"name": "by sql", "customer": "-"}, "label": "alone by sql"}""");

        await().atMost(PATIENCE).until(() -> seen.with("alone by sql").size() == 1);
        assertThat(count("lanekeeper.work_item WHERE label = 'alone by sql'"
                        + " AND encode(headers, 'escape') LIKE '%lanekeeper-run-key%by sql%'"))
                .isOne();
    }

    @Test
    void makesAFailureOfAJobWhoseKeyCannotBeRead() {
        insert("crowded", "{\"payload\": 1}");
        insert("crowded", "{\"payload\": 2, \"uniqueKey\": \"2\"}");
        insert("never-locked", "{\"payload\": 3}");

        await().atMost(PATIENCE).until(() -> seen.with("crowded 2").size() == 1);
        await().atMost(PATIENCE).until(() -> isFailure("crowded", "unique key"));
        await().atMost(PATIENCE).until(() -> isFailure("never-locked", "enqueue where the handler is"));
    }

    @Test
    void makesAFailureOfAKeyForAHandlerThatIsNotUnique() {
        insert("number", "{\"payload\": 1, \"uniqueKey\": \"k\"}");

        await().atMost(PATIENCE).until(() -> isFailure("number", "not unique"));
    }

    @Test
    void leavesAJobWithoutALockThatWasEnqueuedWithoutOne() {
        var transactions = new TransactionTemplate(application.getBean(PlatformTransactionManager.class));

        assertThat((Object) transactions.execute(status -> jobs.enqueue("never-locked", 7)))
                .isInstanceOf(Submitted.class);

        await().atMost(PATIENCE).until(() -> seen.with("never-locked 7").size() == 1);
    }

    private static long scheduled(String key) {
        var later = JobOptions.after(Duration.ofDays(1));
        return ((Scheduled) jobs.enqueue("once", new Greeting(key, "-"), later)).jobId();
    }

    private static void insert(String handler, String arguments) {
        jdbc.sql("""
                        INSERT INTO lanekeeper.outbox_entry (context, event_name, arguments)
                        VALUES ('lanekeeper.jobs', ?, ?::json)
                        """).param(handler).param(arguments).update();
    }

    private static boolean isLost(String label, long holder) {
        return count("lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id) WHERE state = 4 AND label = '"
                        + label + "' AND lost_to = " + holder)
                == 1;
    }

    private static boolean isFailure(String handler, String why) {
        return count("lanekeeper.work_item AS w JOIN lanekeeper.handler AS h USING (handler_id)"
                        + " JOIN lanekeeper.outcome AS o USING (item_id) WHERE o.state = 2 AND h.name = '" + handler
                        + "' AND w.intake_error LIKE '%makes no job%" + why + "%'")
                == 1;
    }

    private static long count(String from) {
        return jdbc.sql("SELECT count(*) FROM " + from).query(Long.class).single();
    }

    @Configuration(proxyBeanMethods = false)
    @Import({JobsApplication.class, NeverLocked.class})
    static class Application {

        @Bean
        LockPolicy none() {
            return event -> null;
        }
    }

    static class NeverLocked {

        private final Seen seen;

        NeverLocked(Seen seen) {
            this.seen = seen;
        }

        @LaneJob(id = "never-locked")
        @Unique(policy = "none")
        void call(int number) {
            seen.add("never-locked " + number);
        }
    }
}

package dev.lanekeeper.intake.enqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.OneApplication;
import dev.lanekeeper.api.job.Enqueued.Scheduled;
import dev.lanekeeper.api.job.Enqueued.Submitted;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.api.job.LaneJob;
import dev.lanekeeper.api.job.LockPolicy;
import dev.lanekeeper.api.job.Unique;
import dev.lanekeeper.intake.enqueue.JobsApplication.Greeting;
import dev.lanekeeper.intake.enqueue.JobsApplication.Seen;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** Unique jobs of programs that insert a row. */
class JobsBySqlTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    static final OneApplication application = OneApplication.of(Application.class, "jobs_by_sql");

    private final Jobs jobs = application.bean(Jobs.class);
    private final Seen seen = application.bean(Seen.class);

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
        assertThat(application.rows("lanekeeper.work_item WHERE label = 'alone by sql'"
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
        assertThat((Object) application.transactions().execute(status -> jobs.enqueue("never-locked", 7)))
                .isInstanceOf(Submitted.class);

        await().atMost(PATIENCE).until(() -> seen.with("never-locked 7").size() == 1);
    }

    private long scheduled(String key) {
        var later = JobOptions.after(Duration.ofDays(1));
        return ((Scheduled) jobs.enqueue("once", new Greeting(key, "-"), later)).jobId();
    }

    private static void insert(String handler, String arguments) {
        application.jdbc().sql("""
                        INSERT INTO lanekeeper.outbox_entry (context, event_name, arguments)
                        VALUES ('lanekeeper.jobs', ?, ?::json)
                        """).param(handler).param(arguments).update();
    }

    private static boolean isLost(String label, long holder) {
        return application.rows(
                        "lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id) WHERE state = 4 AND label = '"
                                + label + "' AND lost_to = " + holder)
                == 1;
    }

    private static boolean isFailure(String handler, String why) {
        return application.rows("lanekeeper.work_item AS w JOIN lanekeeper.handler AS h USING (handler_id)"
                        + " JOIN lanekeeper.outcome AS o USING (item_id) WHERE o.state = 2 AND h.name = '" + handler
                        + "' AND w.intake_error LIKE '%makes no job%" + why + "%'")
                == 1;
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

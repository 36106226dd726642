package dev.lanekeeper.intake.enqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.OneApplication;
import dev.lanekeeper.api.job.Enqueued;
import dev.lanekeeper.api.job.Enqueued.Accepted;
import dev.lanekeeper.api.job.Enqueued.Duplicate;
import dev.lanekeeper.api.job.Enqueued.Scheduled;
import dev.lanekeeper.api.job.Enqueued.Stopped;
import dev.lanekeeper.api.job.Enqueued.Submitted;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.intake.enqueue.JobsApplication.Greeting;
import dev.lanekeeper.intake.enqueue.JobsApplication.Seen;
import dev.lanekeeper.operations.JobAnswer;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.operations.Operator;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.MDC;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** What becomes of jobs in an application with a real database. */
class JobsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration FAR = Duration.ofDays(1);
    private static final Operator ANNA = new Operator("anna", "test");

    @RegisterExtension
    static final OneApplication application = OneApplication.of(JobsApplication.class, "jobs");

    private final Jobs jobs = application.bean(Jobs.class);
    private final JobOperations operations = application.bean(JobOperations.class);
    private final TransactionTemplate transactions = application.transactions();
    private final JdbcClient jdbc = application.jdbc();
    private final Seen seen = application.bean(Seen.class);

    @BeforeAll
    static void makeATableForEffects() {
        application.jdbc().sql("CREATE TABLE effect (name text)").update();
    }

    @AfterAll
    static void leavesNothing() {
        JobsApplication.assertAllIsDone(application);
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
        assertThat(application.rows(
                        "lanekeeper.work_item WHERE source = 3 AND label = 'a word' AND item_id = " + itemId))
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
    void asksTheHooksInTheirOrderBeforeAJobIsEnqueued() {
        var first = jobs.enqueue("hooked", new Greeting("kept", "k"), JobOptions.after(Duration.ofDays(1)));
        var second = jobs.enqueue(
                "hooked", new Greeting("other", "k"), JobOptions.now().withUniqueKey("mine"));

        var jobId = ((Scheduled) first).jobId();
        assertThat(second).isEqualTo(new Duplicate(jobId));
        assertThat(application.rows("lanekeeper.scheduled_job WHERE label = 'one two' AND job_id = " + jobId))
                .isOne();
        operations.runNow(jobId, ANNA);
        await().atMost(PATIENCE).until(() -> seen.with("hooked kept").size() == 1);
    }

    @Test
    void enqueuesNothingThatAHookHasStopped() {
        assertThat(jobs.enqueue("greet", new Greeting("closed tenant", "k")))
                .isEqualTo(new Stopped("it is for nobody"));
        assertThat((Object) transactions.execute(status -> jobs.enqueue("greet", new Greeting("closed tenant", "k"))))
                .isEqualTo(new Stopped("it is for nobody"));
        assertThat(seen.containing("closed tenant")).isEmpty();
        assertThat(application.rows(
                        "lanekeeper.work_item WHERE position('closed tenant' IN convert_from(payload, 'UTF8')) > 0"))
                .isZero();
    }

    @Test
    void doesAJobOnTheCallersThreadWhereItsHandlerWantsThat() {
        MDC.put("mine", "kept");
        var here = " by " + Thread.currentThread().getName();

        for (var n = 0; n < 20; n++) {
            assertThat(jobs.enqueue("at-once", new Greeting("now" + n, "k"))).isInstanceOf(Accepted.class);
            assertThat(seen.with("at-once now" + n)).containsExactly("at-once now" + n + here);
        }
        assertThat(MDC.getCopyOfContextMap()).containsExactly(Map.entry("mine", "kept"));
        MDC.clear();

        jobs.enqueue("at-once", new Greeting("outer", "k"));
        assertThat(seen.with("at-once outer")).containsExactly("at-once outer" + here);
        await().atMost(PATIENCE).until(() -> !seen.with("at-once inner").isEmpty());
        assertThat(seen.with("at-once inner").get(0))
                .as("one that a handler enqueues goes to a worker")
                .doesNotEndWith(here);
    }

    @Test
    void leavesTheRetriesOfAJobThatFailedOnTheCallersThreadToWorkers() {
        var here = " by " + Thread.currentThread().getName();

        assertThat(jobs.enqueue("at-once", new Greeting("failing", "k"))).isInstanceOf(Accepted.class);
        await().atMost(PATIENCE).until(() -> seen.with("at-once failing").size() == 2);
        assertThat(seen.with("at-once failing").get(0)).endsWith(here);
        assertThat(seen.with("at-once failing").get(1)).doesNotEndWith(here);
    }

    @Test
    void leavesAJobOfATransactionToAWorkerAlsoWhenItIsToBeDoneAtOnce() {
        transactions.executeWithoutResult(status -> {
            assertThat(jobs.enqueue("at-once", new Greeting("submitted", "k"))).isInstanceOf(Submitted.class);
            assertThat(seen.with("at-once submitted")).isEmpty();
        });

        await().atMost(PATIENCE).until(() -> !seen.with("at-once submitted").isEmpty());
    }

    @Test
    void keepsThePriorityOfAJobOfATransactionAndRefusesOneThatThereIsNot() {
        var later = JobOptions.after(Duration.ofDays(1)).withPriority(4);
        var entryId =
                ((Submitted) transactions.<Enqueued>execute(status -> jobs.enqueue("number", 4711, later))).entryId();

        await().atMost(PATIENCE).until(() -> application.rows("lanekeeper.scheduled_job WHERE priority = 4") == 1);
        assertThat(operations.itemOfEntry(entryId)).isEmpty();
        assertThat(operations.cancel(operations.jobOfEntry(entryId).orElseThrow(), ANNA))
                .isEqualTo(JobAnswer.CANCELLED);
        assertThat(operations.jobOfEntry(entryId)).isEmpty();
        var kept = operations.itemOfEntry(entryId).orElseThrow();
        assertThat(application.rows("lanekeeper.outcome WHERE state = 4 AND item_id = " + kept))
                .isOne();
        assertThatThrownBy(() -> JobOptions.now().withPriority(10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The priority of a job is from 0 to 9, and not 10");
    }

    @Test
    void tellsTheHandlerOnceWhenAJobHasFailedForGood() {
        jobs.enqueue("gives-up", 7);

        await().atMost(PATIENCE).until(() -> !seen.with("gave up gives-up").isEmpty());
        assertThat(seen.with("gave up gives-up")).containsExactly("gave up gives-up after 2: number 7");
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
        assertThat(application.rows("effect WHERE name = 'good'")).isOne();
        await().atMost(PATIENCE)
                .until(() -> application.rows("lanekeeper.outcome JOIN lanekeeper.handler USING (handler_id)"
                                + " WHERE state = 2 AND name = 'effect'")
                        == 1);
        assertThat(seen.with("greet after-bad")).isEmpty();
    }

    @Test
    void runsAScheduledJobWhenItIsDueAndNeverEarlierAtTheEndOfItsLaneThen() {
        var answer = jobs.enqueue("greet", new Greeting("later", "l"), JobOptions.after(Duration.ofMillis(700)));
        jobs.enqueue("greet", new Greeting("before-later", "l"));

        assertThat(answer).isInstanceOf(Scheduled.class);
        assertThat(application.rows("lanekeeper.scheduled_job")).isPositive();
        await().atMost(PATIENCE).until(() -> seen.with("greet later").size() == 1);
        var jobId = ((Scheduled) answer).jobId();
        var itemId = operations.itemOf(jobId).orElseThrow();
        assertThat(itemId).isGreaterThan(jobId + 1);
        await().atMost(PATIENCE).until(() -> application.rows("lanekeeper.outcome WHERE item_id = " + itemId) == 1);
        assertThat(lateness(itemId)).isBetween(0.0, 5_000.0);
    }

    /** From when it was to run until it did, in milliseconds. */
    private double lateness(long itemId) {
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
        assertThat(application.rows("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id)"
                        + " WHERE state = 4 AND reason = 'anna: test' AND scheduled_id = " + cancelled))
                .isOne();
        assertThat(application.rows("lanekeeper.operation WHERE target = 'job:" + cancelled + "' AND verb = 'cancel'"))
                .isEqualTo(2);
        assertThat(seen.with("greet cancelled")).isEmpty();
    }

    private long scheduled(String name) {
        return ((Scheduled) jobs.enqueue("greet", new Greeting(name, "c"), JobOptions.after(FAR))).jobId();
    }

    private Instant now() {
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
        await().atMost(PATIENCE).until(() -> application.rows("effect WHERE name = 'ü \"\\ 𝄞'") == 1);
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
                .until(() -> application.rows("lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id)"
                                + " WHERE state = 2 AND intake_error LIKE '%makes no job%'")
                        == 1);
        await().atMost(PATIENCE)
                .until(() ->
                        application.rows("lanekeeper.attempt WHERE error_message LIKE '%context: lanekeeper.jobs%'")
                                == 1);
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
}

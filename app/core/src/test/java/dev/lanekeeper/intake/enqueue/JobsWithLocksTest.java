package dev.lanekeeper.intake.enqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.OneApplication;
import dev.lanekeeper.api.event.JobEvent;
import dev.lanekeeper.api.job.DuplicateJobException;
import dev.lanekeeper.api.job.Enqueued;
import dev.lanekeeper.api.job.Enqueued.Accepted;
import dev.lanekeeper.api.job.Enqueued.Scheduled;
import dev.lanekeeper.api.job.Enqueued.Submitted;
import dev.lanekeeper.api.job.JobOptions;
import dev.lanekeeper.api.job.Jobs;
import dev.lanekeeper.intake.enqueue.JobsApplication.Greeting;
import dev.lanekeeper.intake.enqueue.JobsApplication.Seen;
import dev.lanekeeper.operations.JobAnswer;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.operations.Operator;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Jobs that want locks: which are enqueued, which run beside each other, and who is told. */
class JobsWithLocksTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration FAR = Duration.ofDays(1);
    private static final Operator ANNA = new Operator("anna", "test");

    @RegisterExtension
    static final OneApplication application = OneApplication.of(JobsApplication.class, "jobs_of_a_key");

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
    void runsJobsOfAKeyOneAfterTheOtherThatMayBeEnqueuedTogether() {
        for (var n = 0; n < 10; n++) {
            jobs.enqueue("alone", new Greeting("k" + n % 2, "c"));
            transactions.executeWithoutResult(
                    status -> jobs.enqueue("alone", null, JobOptions.now().withUniqueKey("k0")));
        }

        await().atMost(PATIENCE).until(() -> seen.with("alone k").size() == 10);
        assertThat(application.rows("lanekeeper.attempt WHERE error_class LIKE '%LockNotGranted%'"))
                .isZero();
    }

    @Test
    void runsOneJobOfAKeyAtATimeAndLetsTheNextBeEnqueuedAsSoonAsItRuns() {
        jobs.enqueue("both", new Greeting("b", "first"));

        await().atMost(PATIENCE).until(() -> seen.with("both b").size() == 2);
        assertThat(seen.with("both again")).containsExactly("both again Accepted");
    }

    @Test
    void takesAllLocksOfAJobTogetherAndGivesThemBackInTheTransactionOfItsHandler() {
        for (var n = 0; n < 20; n++) {
            var from = "a" + n % 3;
            var to = "a" + (n + 1) % 3;
            jobs.enqueue("transfer", Map.of("from", from, "to", to, "n", n));
        }

        await().atMost(PATIENCE).until(() -> application.rows("effect WHERE name LIKE 'transfer%'") == 20);
        assertThat(seen.with("account")).hasSize(20);
    }

    @Test
    void answersWithTheJobThatHasTheLockAndTellsWhoeverListens() {
        var holder = ((Scheduled) jobs.enqueue("once", new Greeting("told", "-"), JobOptions.after(FAR))).jobId();

        assertThat(jobs.enqueue("once", new Greeting("told", "-"))).isEqualTo(new Enqueued.Duplicate(holder));

        assertThat(seen.events).contains(new JobEvent.Duplicate("once", "told", holder));
        assertThat(operations.cancel(holder, ANNA)).isEqualTo(JobAnswer.CANCELLED);
        var accepted = (Accepted) jobs.enqueue("once", new Greeting("told", "-"));
        await().atMost(PATIENCE)
                .until(() -> seen.events.contains(new JobEvent.Unlocked("once", "told", accepted.itemId())));
        assertThat(seen.events).contains(new JobEvent.Locked("once", "told", accepted.itemId()));
    }

    @Test
    void tellsWhenALockIsFreeThatIsHeldOnlyUntilItsHandlerIsCalled() {
        var first = (Accepted) jobs.enqueue("both", new Greeting("freed early", "-"));

        await().atMost(PATIENCE)
                .until(() -> seen.events.stream()
                                .filter(e -> e instanceof JobEvent.Unlocked u && u.id() == first.itemId())
                                .count()
                        == 1);
        await().atMost(PATIENCE)
                .until(() -> application.rows("lanekeeper.outcome WHERE item_id = " + first.itemId()) == 1);
        assertThat(seen.events.stream().filter(e -> e instanceof JobEvent.Unlocked u && u.id() == first.itemId()))
                .as("told once, not again at its end")
                .hasSize(1);
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

        await().atMost(PATIENCE)
                .until(() -> seen.with("greet beside-4").size() == 1
                        && seen.with("once beside-3").size() == 1);
        assertThat(seen.with("greet beside-"))
                .extracting(call -> call.split(" ")[1])
                .containsExactly("beside-1", "beside-2", "beside-4");
        assertThat(seen.containing("beside-lost")).isEmpty();
        assertThat(application.rows("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id) WHERE state = 4"
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
                .until(() -> application.rows("lanekeeper.lane_item JOIN lanekeeper.handler USING (handler_id)"
                                + " WHERE name = 'crowded'")
                        == 0);
        assertThat(seen.with("overlap")).isEmpty();
        assertThat(seen.with("crowded").size()).isBetween(2, 150);
    }
}

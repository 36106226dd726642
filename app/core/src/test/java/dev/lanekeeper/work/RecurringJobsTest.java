package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.operations.RecurringAnswer;
import dev.lanekeeper.operations.RecurringOperations;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.StoredJob.Duplicate;
import dev.lanekeeper.work.StoredJob.Recurs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Jobs that somebody has enqueued to recur, on a clock that is moved by hand. */
class RecurringJobsTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Operator ANNA = new Operator("anna", "test");

    private final Corridor corridor = Corridor.open();
    private final CorridorJobs jobs = new CorridorJobs(corridor);
    private final List<Decided> told = new ArrayList<>();
    private final JobStorer storer = corridor.jobStorer((claim, result) -> told.add(new Decided(claim, result)));
    private final AtomicBoolean asked = new AtomicBoolean();
    private final RecurringOperations operations =
            new RecurringOperations(corridor.database, corridor.clock, dueAt -> {});

    @BeforeEach
    void nothingComesFromKafka() {
        corridor.database
                .sql("UPDATE lanekeeper.handler SET kafka_group = NULL")
                .update();
    }

    @AfterEach
    void everythingComesOut() {
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

    @Test
    void storesEachTimeWhatItWasEnqueuedWith() {
        var first = recur("europe", "0 0 * * * *", "of Europe", null);
        recur("asia", "0 30 * * * *", "of Asia", null);
        assertThat(first.nextAt()).isEqualTo(Instant.parse("2030-01-01T01:00:00Z"));
        assertThat(storer.firstDue()).isEqualTo(Instant.parse("2030-01-01T00:30:00Z"));

        later(HOUR);
        assertThat(jobs.waiting()).containsExactlyInAnyOrder("of Europe", "of Asia");
        assertThat(
                        corridor.count(
                                "lanekeeper.work_item JOIN lanekeeper.lane_item USING (item_id)"
                                        + " WHERE resource = 'of Europe' AND label = 'a word' AND priority = 7 AND headers IS NOT NULL"))
                .isOne();
        jobs.finish();
        later(HOUR);
        assertThat(jobs.waiting()).containsExactlyInAnyOrder("of Europe", "of Asia");
    }

    @Test
    void isOneUnderItsNameAndKeepsItsNextTimeUnlessItsTimesHaveChanged() {
        var first = recur("europe", "0 0 * * * *", "before", null);
        corridor.clock.advance(HOUR.multipliedBy(2));

        var second = recur("europe", "0 0 * * * *", "after", null);
        assertThat(second).isEqualTo(first);
        later(Duration.ZERO);
        assertThat(jobs.waiting()).containsExactly("after");

        var third = recur("europe", "0 30 * * * *", "after", null);
        assertThat(third.id()).isEqualTo(first.id());
        assertThat(third.nextAt()).isEqualTo(Instant.parse("2030-01-01T02:30:00Z"));
        assertThat(corridor.count("lanekeeper.recurring_job")).isOne();
    }

    @Test
    void livesBesideTheOneThatTheHandlerDeclares() {
        var declared = new RecurringStore(corridor.database, corridor.clock);
        declared.recur(corridor.handlerId, Recurrence.of("0 0 * * * *", "UTC"));
        recur("europe", "0 0 * * * *", "of Europe", null);

        later(HOUR);
        assertThat(corridor.count("lanekeeper.lane_item")).isEqualTo(2);
        declared.end(corridor.handlerId);
        assertThat(corridor.count("lanekeeper.recurring_job WHERE name = 'europe'"))
                .isOne();
        assertThat(corridor.count("lanekeeper.recurring_job")).isOne();
    }

    @Test
    void claimsItsLockEachTime() {
        recur("europe", "0 0 * * * *", "of Europe", rule(Lock.UNTIL_EXECUTED, Conflict.LOG));
        recur("also", "0 0 * * * *", "of Europe", rule(Lock.UNTIL_EXECUTED, Conflict.LOG));

        later(HOUR);
        assertThat(jobs.waiting()).containsExactly("of Europe");
        assertThat(corridor.count("lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id)"
                        + " WHERE state = 4 AND lost_to = (SELECT min(item_id) FROM lanekeeper.lane_item)"))
                .isOne();
        assertThat(told).extracting(Decided::result).hasAtLeastOneElementOfType(Duplicate.class);

        jobs.finish();
        assertThat(corridor.count("lanekeeper.unique_lock")).isZero();
        later(HOUR);
        assertThat(jobs.waiting()).containsExactly("of Europe");
    }

    @ParameterizedTest
    @EnumSource(
            value = Conflict.class,
            names = {"REPLACE", "REJECT", "RESCHEDULE", "UPDATE", "RAISE"})
    void doesWithOneTooManyWhatItsHandlerSays(Conflict conflict) {
        var rule = rule(Lock.UNTIL_EXECUTING, conflict);
        storer.store(job("before", rule, "k"), null);
        recur("europe", "0 0 * * * *", job("of the time", rule, "k"));

        later(HOUR);
        var replaces = conflict == Conflict.REPLACE || conflict == Conflict.UPDATE;
        assertThat(jobs.waiting()).containsExactly(replaces ? "of the time" : "before");
        assertThat(corridor.count("lanekeeper.scheduled_job")).isEqualTo(conflict == Conflict.RESCHEDULE ? 1 : 0);
        later(HOUR);
        assertThat(corridor.count("lanekeeper.recurring_job WHERE left_out = 0"))
                .isEqualTo(conflict == Conflict.RESCHEDULE || conflict == Conflict.REPLACE ? 0 : 1);
    }

    @Test
    void isLeftOutWhileTheJobOfTheTimeBeforeWaitsForItsTime() {
        var debounced =
                new UniqueRule(Lock.UNTIL_EXECUTING, null, null, 1, false, Conflict.DEBOUNCE, HOUR.multipliedBy(2), 25);
        recur("europe", "0 0 * * * *", "of Europe", debounced);

        later(HOUR);
        assertThat(corridor.count("lanekeeper.scheduled_job")).isOne();
        later(HOUR);
        assertThat(corridor.count("lanekeeper.recurring_job WHERE left_out = 1"))
                .isOne();
        later(HOUR);
        assertThat(jobs.waiting()).as("two hours after it had come").containsExactly("of Europe");
        later(HOUR);
        assertThat(corridor.count("lanekeeper.recurring_job WHERE left_out = 3"))
                .isOne();
    }

    @Test
    void aPersonPausesItAndItComesAgainAtItsNextTimeAfterwards() {
        var id = recur("europe", "0 0 * * * *", "of Europe", null).id();
        assertThat(operations.pause(id, ANNA)).isEqualTo(RecurringAnswer.PAUSED);
        assertThat(operations.pause(id, ANNA)).isEqualTo(RecurringAnswer.IS_PAUSED);
        assertThat(operations.runNow(id, ANNA)).isEqualTo(RecurringAnswer.IS_PAUSED);
        recur("europe", "0 0 * * * *", "of Europe", null);

        later(HOUR.multipliedBy(3));
        assertThat(jobs.waiting()).isEmpty();
        assertThat(storer.firstDue()).isEqualTo(Instant.MAX);
        assertThat(operations.resume(id, ANNA)).isEqualTo(RecurringAnswer.RESUMED);
        assertThat(operations.resume(id, ANNA)).isEqualTo(RecurringAnswer.IS_NOT_PAUSED);
        later(Duration.ofMinutes(59));
        assertThat(jobs.waiting()).isEmpty();
        later(Duration.ofMinutes(1));
        assertThat(jobs.waiting()).containsExactly("of Europe");
    }

    @Test
    void aPersonRunsItNowUnlessItIsUnfinishedAndItsNextTimeStays() {
        var id = recur("europe", "0 0 * * * *", "of Europe", null).id();
        corridor.clock.advance(Duration.ofMinutes(10));

        assertThat(operations.runNow(id, ANNA)).isEqualTo(RecurringAnswer.DUE);
        later(Duration.ZERO);
        assertThat(jobs.waiting()).containsExactly("of Europe");
        assertThat(operations.runNow(id, ANNA)).isEqualTo(RecurringAnswer.UNFINISHED);
        assertThat(storer.firstDue()).isEqualTo(Instant.parse("2030-01-01T01:00:00Z"));
        assertThat(corridor.count("lanekeeper.operation WHERE operator = 'anna' AND verb = 'run-now'"
                        + " AND target = 'recurring:orders/europe'"))
                .isEqualTo(2);
    }

    @Test
    void aPersonIsNotToldThatItIsDueWhileTheTimerStoresItsJob() throws Exception {
        var id = recur("europe", "0 0 * * * *", "of Europe", null).id();
        corridor.clock.advance(HOUR);
        var answer = new FutureTask<>(() -> operations.runNow(id, ANNA));
        corridor.probe = step -> {
            if (step == Step.STORE_INSERTED && !asked.getAndSet(true)) {
                new Thread(answer).start();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> corridor.count("pg_stat_activity WHERE wait_event_type = 'Lock'"
                                        + " AND query LIKE '%recurring_job%'")
                                == 1);
            }
        };

        assertThat(storer.promote(10)).isTrue();

        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(RecurringAnswer.UNFINISHED);
    }

    @Test
    void oneThatCannotBeStoredHoldsUpNoOther() {
        for (var n = 0; n < 5; n++) {
            recur("fine " + n, "0 0 * * * *", "fine " + n, null);
        }
        var poison = recur("poison", "0 0 * * * *", "poison", rule(Lock.UNTIL_EXECUTED, Conflict.LOG))
                .id();
        corridor.database
                .sql("UPDATE lanekeeper.recurring_job SET unique_rule = '{}' WHERE recurring_id = ?")
                .param(poison)
                .update();
        var nowhere = recur("nowhere", "0 0 * * * *", "nowhere", null).id();
        corridor.database
                .sql("UPDATE lanekeeper.recurring_job SET zone = 'Mars/Olympus' WHERE recurring_id = ?")
                .param(nowhere)
                .update();

        later(HOUR);

        assertThat(jobs.waiting())
                .contains("fine 0", "fine 1", "fine 2", "fine 3", "fine 4", "poison")
                .hasSize(6);
        assertThat(corridor.count("lanekeeper.work_item WHERE intake_error LIKE 'its job cannot be stored: %lock%'"))
                .isOne();
        assertThat(corridor.count("lanekeeper.recurring_job WHERE paused_at IS NOT NULL AND recurring_id = " + nowhere))
                .isOne();
        assertThat(storer.firstDue()).isEqualTo(Instant.parse("2030-01-01T02:00:00Z"));
    }

    @Test
    void aKeyMayBeLongerThanAnEntryOfAnIndex() {
        var random = new Random(7);
        var key = random.ints(3_000, 0x4e00, 0x9000)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.LOG);
        recur("long", "0 0 * * * *", job("long", rule, key));

        later(HOUR);

        assertThat(jobs.waiting()).containsExactly("long");
        assertThat(storer.store(job("other", rule, key), null)).isInstanceOf(Duplicate.class);
        assertThat(storer.store(job("like it", rule, key + "."), null)).isInstanceOf(StoredJob.Stored.class);
    }

    @Test
    void whatWasEnqueuedEarlierAndIsMovedLaterChangesNothing() {
        var newer = recur("europe", "0 0 * * * *", "newer", null);
        var older = new NewJob(
                corridor.handlerId, "orders", null, null, List.of(), null, corridor.clock.instant(), 0L, null, null);

        var answer =
                (Recurs) storer.recur(new NewRecurring("europe", Recurrence.of("0 30 * * * *", "UTC"), older), null);

        assertThat(answer).isEqualTo(newer);
        later(HOUR);
        assertThat(jobs.waiting()).containsExactly("newer");
    }

    @Test
    void aPersonEndsItButNotTheOneThatItsHandlerDeclares() {
        var id = recur("europe", "0 0 * * * *", "of Europe", null).id();
        new RecurringStore(corridor.database, corridor.clock)
                .recur(corridor.handlerId, Recurrence.of("0 0 * * * *", "UTC"));
        var declared = operations.find("orders", "").orElseThrow();
        var node = corridor.node();

        assertThat(operations.find("orders", "europe")).contains(id);
        assertThat(operations.end(id, ANNA)).isEqualTo(RecurringAnswer.ENDED);
        assertThat(operations.end(id, ANNA)).isEqualTo(RecurringAnswer.NOT_FOUND);
        assertThat(operations.end(declared, ANNA)).isEqualTo(RecurringAnswer.DECLARED);
        assertThat(operations.find("orders", "europe")).isEmpty();
        later(HOUR);
        assertThat(corridor.count("lanekeeper.lane_item")).isOne();

        corridor.nodes.delete(node);
        assertThat(operations.end(declared, ANNA))
                .as("no node has the handler any more")
                .isEqualTo(RecurringAnswer.ENDED);
    }

    private void later(Duration time) {
        corridor.clock.advance(time);
        assertThat(storer.promote(10)).isTrue();
    }

    private Recurs recur(String name, String cron, String what, @Nullable UniqueRule rule) {
        return recur(name, cron, job(what, rule, what));
    }

    private Recurs recur(String name, String cron, NewJob job) {
        return (Recurs) storer.recur(new NewRecurring(name, Recurrence.of(cron, "UTC"), job), null);
    }

    private NewJob job(String payload, @Nullable UniqueRule rule, String key) {
        return new NewJob(
                corridor.handlerId,
                "orders",
                payload,
                payload.getBytes(StandardCharsets.UTF_8),
                List.of(new RawHeader("h", null)),
                "a word",
                corridor.clock.instant(),
                null,
                null,
                null,
                rule == null ? null : new UniqueClaim(rule, "orders", key),
                null,
                7);
    }

    private static UniqueRule rule(Lock lock, Conflict conflict) {
        return new UniqueRule(lock, null, null, 1, false, conflict, HOUR.multipliedBy(3), 25);
    }
}

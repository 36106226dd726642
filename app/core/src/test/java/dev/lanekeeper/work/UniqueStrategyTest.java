package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.JobAnswer;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.work.EntryStorer.Batch;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.StoredJob.GaveUp;
import dev.lanekeeper.work.StoredJob.PutOff;
import dev.lanekeeper.work.StoredJob.Replaced;
import dev.lanekeeper.work.StoredJob.Stored;
import dev.lanekeeper.work.StoredJob.Updated;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of the one too many, at each door: jobs, records of Kafka, entries of the outbox. */
class UniqueStrategyTest {

    private static final Duration DELAY = Duration.ofSeconds(30);
    private static final Duration TTL = Duration.ofMinutes(10);
    private static final List<Integer> ALL_SHARDS =
            IntStream.range(0, OutboxStore.SHARDS).boxed().toList();

    private final Corridor corridor = Corridor.open();
    private final List<Decided> told = new ArrayList<>();
    private final JobStorer jobs = corridor.jobStorer((claim, result) -> told.add(new Decided(claim, result)));
    private long offset;

    @AfterEach
    void everythingComesOut() {
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

    /** Through which work comes in. */
    enum Door {
        JOB,
        RECORD,
        ENTRY
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void keepsDuplicatesOfABatchAndOfLaterOnesWithTheOneTheyLostTo(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.LOG);
        come(door, rule, "a", "b", "a", "a");
        come(door, rule, "a");

        assertThat(waiting()).containsExactly("a", "b");
        if (door != Door.JOB) {
            assertThat(corridor.count("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id) WHERE state = 4"
                            + " AND lost_to = (SELECT min(item_id) FROM lanekeeper.lane_item)"
                            + " AND reason LIKE 'duplicate of job %, which has the key a'"))
                    .isEqualTo(3);
        }
        assertThat(conflicts()).containsExactly("DUPLICATE 3");
        finishAll();
        come(door, rule, "a");
        assertThat(waiting()).containsExactly("a");
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void rejectsOrReplaces(Door door) {
        come(door, rule(Lock.UNTIL_EXECUTED, Conflict.REJECT), "a", "a");
        assertThat(ended(State.REJECTED)).containsExactly("a");

        come(door, rule(Lock.UNTIL_EXECUTED, Conflict.REPLACE), "b", "b");
        come(door, rule(Lock.UNTIL_EXECUTED, Conflict.REPLACE), "c", "b", "b");

        assertThat(waiting()).containsExactly("a", "c", "b");
        assertThat(ended(State.DISCARDED)).containsExactly("b", "b", "b");
        assertThat(corridor.count("lanekeeper.work_item WHERE lost_to IS NULL"))
                .as("those that lost to nobody")
                .isEqualTo(3);
        assertThat(corridor.count("lanekeeper.unique_lock")).isEqualTo(3);
        assertThat(conflicts()).containsExactlyInAnyOrder("REJECTED 1", "REPLACED 3");
        assertThat(told).noneMatch(d -> d.result() instanceof StoredJob.Duplicate);
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void putsOffUntilTheLockIsFreeAndStoresItThen(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.RESCHEDULE);
        come(door, rule, "a");
        come(door, rule, "a");
        assertThat(waiting()).containsExactly("a");
        assertThat(last()).isInstanceOf(PutOff.class);

        later(DELAY);
        assertThat(waiting()).containsExactly("a");
        finishAll();
        later(DELAY);

        assertThat(waiting()).containsExactly("a");
        assertThat(corridor.count("lanekeeper.unique_lock")).isOne();
        assertThat(corridor.count("lanekeeper.scheduled_job")).isZero();
        finishAll();
        assertThat(corridor.count("lanekeeper.unique_lock")).isZero();
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void givesUpWhatWasPutOffTooOften(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.RESCHEDULE);
        come(door, rule, "a");
        come(door, rule, "a");
        var holder = corridor.count("lanekeeper.lane_item WHERE true");
        assertThat(holder).isOne();

        for (var hop = 0; hop < rule.maxHops(); hop++) {
            later(DELAY);
        }

        assertThat(last()).isInstanceOf(GaveUp.class);
        assertThat(corridor.count("lanekeeper.scheduled_job")).isZero();
        assertThat(corridor.count("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id) WHERE state = 4"
                        + " AND reason LIKE 'put off 3 times, and job %'"
                        + " AND lost_to = (SELECT item_id FROM lanekeeper.lane_item)"))
                .isOne();
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void saysWhoTookThePlaceOfOneThatWasPutOff(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTING, Conflict.DEBOUNCE);
        come(door, rule, "a/1");
        come(door, rule, "a/2");
        later(DELAY);

        var winner = "(SELECT scheduled_id FROM lanekeeper.work_item JOIN lanekeeper.lane_item USING (item_id))";
        assertThat(corridor.count("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id) WHERE state = 4"
                        + " AND reason LIKE 'replaced by job %' AND lost_to = " + winner))
                .isOne();
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void givesTheNewPayloadToTheOneThatWaitsWhichKeepsItsPlace(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTING, Conflict.UPDATE);
        come(door, rule, "a/1", "b/1", "a/2");
        come(door, rule, "a/3");
        come(door, rule, "b/2");

        assertThat(waiting()).containsExactly("a/3", "b/2");
        assertThat(last()).isInstanceOf(Updated.class);
        assertThat(ended(State.DISCARDED)).containsExactlyInAnyOrder("a/2", "a/3", "b/2");

        // What a run has taken takes a payload until its handler is called: the run is told to read it again.
        var claimed = corridor.claim(corridor.node());
        var read = corridor.read(claimed.lane()).get(0);
        come(door, rule, "a/4");
        assertThat(last()).isInstanceOf(Updated.class);
        var store = new UniqueStore(corridor.database);
        assertThat(store.executing(read.itemId(), corridor.clock.instant()))
                .hasValueSatisfying(begun -> assertThat(begun.renewed()).isTrue());
        assertThat(new WaitingItemSearch(corridor.database)
                        .renewed(read)
                        .event()
                        .value())
                .asString()
                .isEqualTo("a/4");

        come(door, rule, "a/5");
        come(door, rule, "a/6");
        assertThat(last()).isInstanceOf(Updated.class);
        assertThat(waiting()).containsExactly("a/4", "b/2", "a/6");
    }

    @Test
    void givesNoPayloadToAJobOfAnotherHandler() {
        var rule = new UniqueRule(Lock.UNTIL_EXECUTING, null, null, 1, true, Conflict.UPDATE, DELAY, 3);
        var mail = new HandlerStore(corridor.database)
                .register(new HandlerStore.Registration("mail", "mail", null, "jobs"));
        come(Door.JOB, rule, "a/order");

        var one = job(rule, "a/mail");
        var other = new NewJob(
                mail, "mail", "lane", one.payload(), List.of(), null, corridor.clock.instant(), null, null, null);

        assertThat(jobs.store(other.with(new UniqueClaim(rule, "mail", "a")), null))
                .isInstanceOf(StoredJob.Duplicate.class);
        assertThat(waiting()).containsExactly("a/order");
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void runsOnceAWhileAfterTheLastOfABurst(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTING, Conflict.DEBOUNCE);
        come(door, rule, "a/1");
        corridor.clock.advance(DELAY.minusSeconds(1));
        come(door, rule, "a/2", "a/3");
        later(DELAY.minusSeconds(1));
        assertThat(waiting()).isEmpty();

        later(Duration.ofSeconds(1));
        assertThat(waiting()).containsExactly("a/3");
        assertThat(corridor.count("lanekeeper.scheduled_job")).isZero();
        assertThat(conflicts()).containsExactly("DEBOUNCED 2");

        // One that comes while it waits to be begun takes its place, and waits anew.
        come(door, rule, "a/4");
        assertThat(last()).isInstanceOf(Replaced.class);
        assertThat(waiting()).isEmpty();
        later(DELAY);
        assertThat(waiting()).containsExactly("a/4");
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void letsNoMoreThanTheLimitThroughInAPeriodAndLosesNone(Door door) {
        var rule = new UniqueRule(Lock.UNTIL_EXPIRED, null, TTL, 2, false, Conflict.THROTTLE, DELAY, 3);
        come(door, rule, "a/1", "a/2", "a/3");
        corridor.clock.advance(Duration.ofMinutes(1));
        come(door, rule, "a/4", "a/5");
        assertThat(waiting()).containsExactly("a/1", "a/2");
        finishAll();

        later(TTL.minusMinutes(1).minusSeconds(1));
        assertThat(waiting()).isEmpty();
        later(Duration.ofSeconds(1));
        assertThat(waiting()).containsExactly("a/3", "a/4");
        finishAll();
        later(TTL.minusSeconds(1));
        assertThat(waiting()).isEmpty();
        later(Duration.ofSeconds(1));
        assertThat(waiting()).containsExactly("a/5");
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void keepsOnceWhatWasPutOffAndThenCancelled(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTING, Conflict.DEBOUNCE);
        come(door, rule, "a/1");
        var operations = new JobOperations(corridor.database, corridor.clock, due -> {});
        var jobId = corridor.database
                .sql("SELECT job_id FROM lanekeeper.scheduled_job")
                .query(Long.class)
                .single();

        assertThat(operations.cancel(jobId, World.ANNA)).isEqualTo(JobAnswer.CANCELLED);
        assertThat(operations.cancel(jobId, World.ANNA)).isEqualTo(JobAnswer.ALREADY_STORED);
        later(DELAY);

        assertThat(waiting()).isEmpty();
        assertThat(ended(State.DISCARDED)).containsExactly("a/1");
        assertThat(corridor.count("lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id) WHERE reason = 'anna'"
                        + " AND scheduled_id = " + jobId))
                .isOne();
        assertThat(corridor.count("lanekeeper.unique_lock")).isZero();
        come(door, rule, "a/2");
        later(DELAY);
        assertThat(waiting()).containsExactly("a/2");
    }

    @ParameterizedTest
    @EnumSource(
            value = Door.class,
            names = {"RECORD", "ENTRY"})
    void doesNotDoTwiceWhatWasPutOffAndIsRetriedByHandMeanwhile(Door door) {
        come(door, rule(Lock.UNTIL_EXECUTING, Conflict.DEBOUNCE), "a/1");
        var people = new ItemOperations(corridor.database, corridor.clock);
        var original = corridor.database
                .sql("SELECT item_id FROM lanekeeper.outcome WHERE state = 4")
                .query(Long.class)
                .single();

        assertThat(people.retry(original, World.ANNA)).isEqualTo(ItemAnswer.PUT_OFF);
        assertThat(people.comesAgain(original).orElseThrow().dueAt())
                .isEqualTo(corridor.clock.instant().plus(DELAY));
        assertThat(waiting()).isEmpty();
        later(DELAY);
        assertThat(people.retry(original, World.ANNA)).isEqualTo(ItemAnswer.ALREADY_STORED_ANEW);
        assertThat(people.comesAgain(original)).isEmpty();
        assertThat(waiting()).containsExactly("a/1");

        finishAll();
        assertThat(people.retry(original, World.ANNA)).isEqualTo(ItemAnswer.DUE);
        finishAll();
    }

    @Test
    void storesOneThatWasPutOffThoughItsPayloadWasDeletedMeanwhileAsRejected() {
        come(Door.RECORD, rule(Lock.UNTIL_EXECUTING, Conflict.DEBOUNCE), "a/1");
        corridor.database
                .sql("UPDATE lanekeeper.work_item SET payload = NULL, payload_removed_at = now()")
                .update();

        later(DELAY);

        assertThat(waiting()).isEmpty();
        assertThat(corridor.count("lanekeeper.outcome WHERE state = 3 AND reason LIKE 'the payload of item %'"))
                .isOne();
    }

    @Test
    void storesRecordsOfOneBatchWithAndWithoutAKeyInTheirOrder() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.LOG);
        var items = new ArrayList<NewItem>();
        for (var n = 0; n < 20; n++) {
            items.add(record("p/" + n, n % 3 == 0 ? null : new UniqueClaim(rule, "orders", "k" + n % 4)));
        }
        corridor.store(items.toArray(NewItem[]::new));

        assertThat(waiting())
                .containsExactly("p/0", "p/1", "p/2", "p/3", "p/4", "p/6", "p/7", "p/9", "p/12", "p/15", "p/18");
    }

    /** An hour's clock does not wait for anybody. */
    private void later(Duration time) {
        corridor.clock.advance(time);
        jobs.promote(100);
    }

    private static UniqueRule rule(Lock lock, Conflict conflict) {
        return new UniqueRule(lock, null, null, 1, false, conflict, DELAY, 3);
    }

    /** Jobs one after the other, records and entries in one batch; the key is what stands before the stroke. */
    private void come(Door door, UniqueRule rule, String... payloads) {
        switch (door) {
            case JOB ->
                List.of(payloads).forEach(p -> told.add(new Decided(claim(rule, p), jobs.store(job(rule, p), null))));
            case RECORD -> {
                var items = List.of(payloads).stream()
                        .map(p -> record(p, claim(rule, p)))
                        .toArray(NewItem[]::new);
                new ItemStorer(
                                corridor.database,
                                new NoHandOver(),
                                (claim, result) -> told.add(new Decided(claim, result)),
                                corridor.clock,
                                Probe.NONE)
                        .store(corridor.batch(1, items));
            }
            case ENTRY -> {
                for (var payload : payloads) {
                    corridor.database.sql("""
                                    INSERT INTO lanekeeper.outbox_entry (context, event_name, causality_key, arguments)
                                    VALUES ('c', 'e', 'lane', json_build_object('p', ?::text))
                                    """).param(payload).update();
                }
                move(rule);
            }
        }
    }

    private void move(UniqueRule rule) {
        Function<OutboxRow, String> payload = row -> row.arguments().split("\"")[3];
        var expansion = new EntryStorer.Expansion() {
            @Override
            public List<EntryItem> items(List<OutboxRow> entries, List<Subscription> subscriptions) {
                return entries.stream()
                        .map(row -> new EntryItem(
                                        corridor.handlerId,
                                        "orders",
                                        "lane",
                                        row,
                                        payload.apply(row).getBytes(StandardCharsets.UTF_8),
                                        List.of(),
                                        null)
                                .with(claim(rule, payload.apply(row))))
                        .toList();
            }

            @Override
            public void decided(UniqueClaim claim, StoredJob result) {
                told.add(new Decided(claim, result));
            }
        };
        new EntryStorer(corridor.database, new NoHandOver(), expansion, corridor.clock, Probe.NONE)
                .move(new Batch(1, 31_000, ALL_SHARDS, 6400, 1 << 20));
        // Entries are counted by nobody else's progress.
        corridor.database
                .sql("UPDATE lanekeeper.handler SET kafka_group = NULL")
                .update();
    }

    private static UniqueClaim claim(UniqueRule rule, String payload) {
        return new UniqueClaim(rule, "orders", payload.split("/")[0]);
    }

    private NewItem record(String payload, @Nullable UniqueClaim claim) {
        var now = Instant.parse("2030-01-01T00:00:00Z");
        return new NewItem(
                Corridor.TOPIC,
                0,
                offset++,
                now,
                now,
                null,
                payload.getBytes(StandardCharsets.UTF_8),
                List.of(),
                "lane",
                null,
                null,
                null,
                null,
                claim,
                null);
    }

    private NewJob job(UniqueRule rule, String payload) {
        corridor.database
                .sql("UPDATE lanekeeper.handler SET kafka_group = NULL")
                .update();
        return new NewJob(
                        corridor.handlerId,
                        "orders",
                        "lane",
                        payload.getBytes(StandardCharsets.UTF_8),
                        List.of(),
                        null,
                        corridor.clock.instant(),
                        null,
                        null,
                        null)
                .with(claim(rule, payload));
    }

    private StoredJob last() {
        var last = told.get(told.size() - 1).result();
        assertThat(last).isNotInstanceOf(Stored.class);
        return last;
    }

    private List<String> waiting() {
        return payloads("lanekeeper.lane_item JOIN lanekeeper.work_item USING (item_id)");
    }

    private List<String> ended(State state) {
        return payloads("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id) WHERE state = " + state.code());
    }

    private List<String> payloads(String from) {
        return corridor.database
                .sql("SELECT convert_from(payload, 'UTF8') FROM " + from + " ORDER BY item_id")
                .query(String.class)
                .list();
    }

    private List<String> conflicts() {
        return corridor.database
                .sql("SELECT reason, sum(number) AS number FROM lanekeeper.unique_conflict GROUP BY reason")
                .query((row, n) -> ConflictReason.of(row.getInt(1)) + " " + row.getLong(2))
                .list();
    }

    private void finishAll() {
        var claimed = corridor.claim(corridor.node());
        var recorder = new ResultRecorder(corridor.database, handler -> true, corridor.clock, Probe.NONE);
        for (var lane : claimed.lanes()) {
            var results = corridor.read(lane).stream().map(corridor::done).toList();
            recorder.record(claimed.run(), 1, List.of(new LaneResult(lane, results, Next.RELEASE, false)));
        }
    }
}

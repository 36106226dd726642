package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.StoredJob.Duplicate;
import dev.lanekeeper.work.StoredJob.Rejected;
import dev.lanekeeper.work.StoredJob.Replaced;
import dev.lanekeeper.work.StoredJob.Stored;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may be there beside whom: each lock and each strategy, and two transactions that want the same lock at once. */
class UniqueJobTest {

    private static final Duration TTL = Duration.ofMinutes(10);

    private final Corridor corridor = Corridor.open();
    private final UniqueStore locks = new UniqueStore(corridor.database);
    private final JobStorer storer = corridor.jobStorer();

    @AfterEach
    void leavesNoFault() {
        assertThat(new ConservationSearch(corridor.database).strays()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void holdsUntilExecutedUntilTheJobHasEndedHoweverThatWas(State end) {
        var first = stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"));
        assertThat(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a")).isEqualTo(new Duplicate(first));
        assertThat(stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "b"))).isGreaterThan(first);

        retryHead();
        assertThat(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a")).isEqualTo(new Duplicate(first));
        corridor.clock.advance(Duration.ofHours(1));
        work(item -> corridor.finished(item, end, false));

        assertThat(corridor.count("lanekeeper.unique_lock")).isZero();
        assertThat(stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"))).isPositive();
    }

    @Test
    void holdsNothingForAJobThatAPersonHasDiscarded() {
        var first = stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"));
        var changes = new ItemChangeStore(corridor.database, corridor.clock);
        var lanes = new LaneChangeStore(corridor.database, corridor.clock);
        corridor.database.inTransaction(() -> {
            var item = changes.find(first).orElseThrow();
            var lane = lanes.lock(item.storedIn()).orElseThrow();
            changes.discardWaiting(item.storedIn(), item, "anna");
            lanes.takeOne(lane);
            return lane;
        });

        assertThat(stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"))).isGreaterThan(first);
        assertThat(corridor.count("lanekeeper.unique_lock")).isOne();
    }

    @Test
    void holdsNothingForAJobWhoseRowsWereDeletedByHand() {
        var first = stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"));
        corridor.database.sql("DELETE FROM lanekeeper.lane_item").update();
        corridor.database.sql("DELETE FROM lanekeeper.lane").update();

        assertThat(stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"))).isGreaterThan(first);
    }

    @Test
    void holdsUntilExecutingUntilTheHandlerIsCalledAndAgainAfterAFailure() {
        var first = stored(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a"));
        assertThat(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a")).isEqualTo(new Duplicate(first));

        retryHead();
        assertThat(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a")).isEqualTo(new Duplicate(first));

        locks.executing(first, corridor.clock.instant());
        var second = stored(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a"));
        assertThat(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a")).isEqualTo(new Duplicate(second));
    }

    @Test
    void holdsUntilExecutingAgainWhenTheWorkerThatHadCalledItsHandlerIsFoundDead() {
        var first = stored(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a"));
        callAndDie(first);

        assertThat(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a")).isEqualTo(new Duplicate(first));
        locks.executing(first, corridor.clock.instant());
        assertThat(stored(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a"))).isGreaterThan(first);
    }

    @Test
    void leavesTheLockOfADeadWorkersJobToTheOneThatWasStoredBeforeTheRescue() {
        var first = stored(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a"));
        var dead = corridor.node();
        corridor.claim(dead);
        locks.executing(first, corridor.clock.instant());
        var second = stored(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a"));
        corridor.nodes.delete(dead);

        corridor.rescuer().rescue(corridor.node(), Duration.ofSeconds(10));

        assertThat(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a")).isEqualTo(new Duplicate(second));
        assertThat(corridor.count("lanekeeper.unique_lock WHERE released_at IS NULL"))
                .isOne();
    }

    private void callAndDie(long item) {
        var dead = corridor.node();
        corridor.claim(dead);
        locks.executing(item, corridor.clock.instant());
        corridor.nodes.delete(dead);
        corridor.rescuer().rescue(corridor.node(), Duration.ofSeconds(10));
    }

    @Test
    void doesNotTakeALockAgainThatSomebodyElseHasByThen() {
        var first = stored(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a"));
        var node = corridor.node();
        var claimed = corridor.claim(node);
        locks.executing(first, corridor.clock.instant());
        var second = stored(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a"));

        record(claimed, corridor.retry(corridor.read(claimed.lane()).get(0), Duration.ofHours(1)));

        assertThat(corridor.count("lanekeeper.unique_lock WHERE released_at IS NULL AND holder_id = " + second))
                .isOne();
        assertThat(corridor.count("lanekeeper.unique_lock WHERE released_at IS NULL"))
                .isOne();
    }

    @Test
    void givesALockBackToNoMoreThanMayHaveItThoughTheyFailTogether() {
        var limit = rule(Lock.UNTIL_EXECUTING, Conflict.LOG, 2);
        var begun = new ArrayList<Long>();
        for (var n = 0; n < 4; n++) {
            begun.add(stored(storer.store(job(limit, "a", "lane"), null)));
            locks.executing(begun.get(n), corridor.clock.instant());
        }

        retake(begun.subList(1, 4));

        assertThat(corridor.count("lanekeeper.unique_lock WHERE released_at IS NULL AND holder_id IN (" + begun.get(1)
                        + ", " + begun.get(2) + ")"))
                .isEqualTo(2);
        assertThat(corridor.count("lanekeeper.unique_lock WHERE released_at IS NULL"))
                .isEqualTo(2);
    }

    @Test
    void givesALockBackWhenThatOfTheOneWhichHasItHasExpired() {
        var first = stored(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a"));
        locks.executing(first, corridor.clock.instant());
        stored(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a"));
        corridor.database
                .sql("UPDATE lanekeeper.unique_lock SET expires_at = NULL WHERE holder_id = " + first)
                .update();

        corridor.clock.advance(TTL.minusMillis(1));
        retake(List.of(first));
        assertThat(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a")).isNotEqualTo(new Duplicate(first));
        corridor.clock.advance(Duration.ofMillis(1));
        retake(List.of(first));
        assertThat(store(Lock.UNTIL_EXECUTING, Conflict.LOG, "a")).isEqualTo(new Duplicate(first));
    }

    private void retake(List<Long> items) {
        corridor.database.inTransaction(() -> {
            locks.retake(items, corridor.clock.instant());
            return items;
        });
    }

    @Test
    void holdsUntilExpiredForItsTimeWhateverBecomesOfTheJob() {
        var first = stored(store(Lock.UNTIL_EXPIRED, Conflict.LOG, "a"));
        work(corridor::done);
        assertThat(store(Lock.UNTIL_EXPIRED, Conflict.LOG, "a")).isEqualTo(new Duplicate(first));
        assertThat(store(Lock.UNTIL_EXPIRED, Conflict.REPLACE, "a")).isEqualTo(new Duplicate(first));

        corridor.clock.advance(TTL);
        assertThat(stored(store(Lock.UNTIL_EXPIRED, Conflict.LOG, "a"))).isPositive();
        assertThat(corridor.count("lanekeeper.unique_lock")).isOne();
    }

    @Test
    void countsTheTimeToLiveFromWhenAScheduledJobIsDueAndRunsItThoughItsLockHasExpired() {
        var dueAt = corridor.clock.instant().plus(Duration.ofHours(1));
        var first = stored(storer.store(job(rule(Lock.UNTIL_EXECUTED, Conflict.LOG, 1), "a", "l"), dueAt));
        assertThat(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a")).isEqualTo(new Duplicate(first));

        corridor.clock.advance(Duration.ofHours(1));
        storer.promote(10);
        var item = corridor.database
                .sql("SELECT item_id FROM lanekeeper.work_item")
                .query(Long.class)
                .single();
        assertThat(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a")).isEqualTo(new Duplicate(item));

        corridor.clock.advance(TTL);
        assertThat(stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"))).isPositive();
        assertThat(corridor.drain()).hasSize(2);
    }

    @Test
    void letsAsManyInAsTheLimitSays() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.LOG, 2);
        var first = stored(storer.store(job(rule, "a", null), null));
        assertThat(stored(storer.store(job(rule, "a", null), null))).isGreaterThan(first);
        assertThat(storer.store(job(rule, "a", null), null)).isEqualTo(new Duplicate(first));
    }

    @Test
    void sharesALockAcrossHandlersOnlyIfTheyWantThat() {
        var shared = new UniqueRule(Lock.UNTIL_EXECUTED, null, null, 1, true, Conflict.LOG);
        var first = stored(storer.store(job(shared, "a", null).with(new UniqueClaim(shared, "one", "a")), null));
        assertThat(storer.store(job(shared, "a", null).with(new UniqueClaim(shared, "other", "a")), null))
                .isEqualTo(new Duplicate(first));

        var own = rule(Lock.UNTIL_EXECUTED, Conflict.LOG, 1);
        stored(storer.store(job(own, "a", null).with(new UniqueClaim(own, "one", "a")), null));
        stored(storer.store(job(own, "a", null).with(new UniqueClaim(own, "other", "a")), null));
    }

    @Test
    void keepsARejectedJobWithTheReason() {
        var first = stored(store(Lock.UNTIL_EXECUTED, Conflict.REJECT, "a"));

        var rejected = store(Lock.UNTIL_EXECUTED, Conflict.REJECT, "a");

        assertThat(rejected).isInstanceOf(Rejected.class);
        assertThat(corridor.count("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id) WHERE state = 3"
                        + " AND reason LIKE 'duplicate of job " + first + ",%' AND lost_to = " + first))
                .isOne();
    }

    @ParameterizedTest
    @CsvSource({"l, l", "l, m", "m, l", ", l", "l, "})
    void replacesAJobThatWaitsAndNoOther(@Nullable String lane, @Nullable String otherLane) {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.REPLACE, 1);
        var first = stored(storer.store(job(rule, "a", lane), null));

        var second = (Replaced) storer.store(job(rule, "a", otherLane), null);

        assertThat(second.replaced()).isEqualTo(first);
        assertThat(corridor.count("lanekeeper.outcome WHERE state = 4 AND item_id = " + first))
                .isOne();
        assertThat(corridor.count("lanekeeper.lane_item")).isOne();
        assertThat(corridor.count("lanekeeper.lane")).isOne();

        var claimed = corridor.claim(corridor.node());
        assertThat(storer.store(job(rule, "a", lane), null)).isEqualTo(new Duplicate(second.id()));
        record(claimed, corridor.done(corridor.read(claimed.lane()).get(0)));
        stored(storer.store(job(rule, "a", lane), null));
    }

    @Test
    void replacesAJobThatWaitsForItsRetryAndRunsAtOnce() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.REPLACE, 1);
        stored(storer.store(job(rule, "a", "l"), null));
        retryHead();

        assertThat(storer.store(job(rule, "a", "l"), null)).isInstanceOf(Replaced.class);
        assertThat(corridor.drain()).hasSize(1);
    }

    @Test
    void leavesNoLockToAJobThatWasReplaced() {
        var first = stored(store(Lock.UNTIL_EXPIRED, Conflict.REPLACE, "a"));
        var second = (Replaced) store(Lock.UNTIL_EXPIRED, Conflict.REPLACE, "a");
        var third = (Replaced) store(Lock.UNTIL_EXPIRED, Conflict.REPLACE, "a");

        assertThat(second.replaced()).isEqualTo(first);
        assertThat(third.replaced()).isEqualTo(second.id());
        assertThat(corridor.count("lanekeeper.unique_lock")).isOne();
    }

    @Test
    void replacesAScheduledJob() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.REPLACE, 1);
        var later = corridor.clock.instant().plus(Duration.ofHours(1));
        var first = stored(storer.store(job(rule, "a", "l"), later));
        var second = (Replaced) storer.store(job(rule, "a", "l"), later.plus(Duration.ofHours(1)));
        var third = (Replaced) storer.store(job(rule, "a", "l"), null);

        assertThat(second).isEqualTo(new Replaced(second.id(), later.plus(Duration.ofHours(1)), first));
        assertThat(third).isEqualTo(new Replaced(third.id(), null, second.id()));
        assertThat(corridor.count("lanekeeper.scheduled_job")).isZero();
        assertThat(corridor.count("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id)"
                        + " WHERE state = 4 AND lost_to IN (" + second.id() + ", " + third.id() + ")"))
                .isEqualTo(2);
        assertThat(corridor.count("lanekeeper.unique_lock")).isOne();
    }

    @ParameterizedTest
    @ValueSource(strings = {"VACUUM ANALYZE", "ANALYZE", "VACUUM"})
    void looksAtAHandfulOfRowsHoweverManyJobsWaitAndWhateverIsKnownOfTheTables(String look) {
        stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "once"));
        List.of("unique_lock", "lane_item", "lane", "scheduled_job").forEach(table -> {
            corridor.database.sql("DELETE FROM lanekeeper." + table).update();
            corridor.database.sql(look + " lanekeeper." + table).update();
        });
        var first = stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"));
        for (var n = 0; n < 300; n++) {
            stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "other-" + n));
        }

        var before = corridor.readsSoFar();
        for (var n = 0; n < 20; n++) {
            assertThat(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a")).isEqualTo(new Duplicate(first));
        }

        assertThat(corridor.readsSoFar() - before).isBetween(20L, 1_000L);
    }

    @Test
    void takesNoLockIfTheTransactionThatStoresTheJobFails() {
        for (var step :
                List.of(Step.STORE_BEGUN, Step.STORE_LANES_LOCKED, Step.STORE_INSERTED, Step.STORE_BEFORE_COMMIT)) {
            corridor.probe = reached -> {
                if (reached == step) {
                    throw new IllegalStateException("halted");
                }
            };
            assertThat(catchThrowable(() -> store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a")))
                    .hasMessage("halted");
            corridor.probe = Probe.NONE;
            assertThat(corridor.count("lanekeeper.unique_lock")).isZero();
        }
        stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"));
    }

    @ParameterizedTest
    @EnumSource(names = {"RECORD_LANES_LOCKED", "RECORD_BEFORE_COMMIT"})
    void refusesAJobWhileTheResultOfTheOneThatHasTheLockIsNotCommitted(Step during) {
        var first = stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"));
        var meanwhile = new AtomicReference<StoredJob>();
        var claimed = corridor.claim(corridor.node());
        var item = corridor.read(claimed.lane()).get(0);
        corridor.probe = step -> {
            if (step == during) {
                corridor.probe = Probe.NONE;
                meanwhile.set(elsewhere("other-lane"));
            }
        };
        record(claimed, corridor.done(item));

        assertThat(meanwhile.get()).isEqualTo(new Duplicate(first));
        stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"));
    }

    @ParameterizedTest
    @EnumSource(names = {"STORE_LANES_LOCKED", "STORE_INSERTED", "STORE_BEFORE_COMMIT"})
    void letsASecondWaitUntilTheFirstIsCommitted(Step during) throws Exception {
        var executor = Executors.newSingleThreadExecutor();
        var second = new AtomicReference<Future<StoredJob>>();
        corridor.probe = step -> {
            if (step == during && second.get() == null) {
                second.set(executor.submit(() -> store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a")));
                awaitALockWaiter();
            }
        };
        var first = stored(store(Lock.UNTIL_EXECUTED, Conflict.LOG, "a"));

        assertThat(second.get().get(10, TimeUnit.SECONDS)).isEqualTo(new Duplicate(first));
        executor.shutdown();
    }

    private void awaitALockWaiter() {
        await().atMost(Duration.ofSeconds(10))
                .until(() -> corridor.count("pg_locks WHERE locktype = 'advisory' AND NOT granted") > 0);
    }

    /** In a transaction of its own, on another thread. */
    private StoredJob elsewhere(String lane) {
        try {
            var executor = Executors.newSingleThreadExecutor();
            var done = executor.submit(() ->
                    storer.store(job(rule(Lock.UNTIL_EXECUTED, Conflict.LOG, 1), "a", lane), null));
            executor.shutdown();
            return done.get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Conflict.class,
            names = {"LOG", "REPLACE", "REJECT"})
    void hasNeverTwoUnfinishedJobsOfAKeyInACrowd(Conflict conflict) throws Exception {
        var enqueuers = Executors.newFixedThreadPool(6);
        Set<String> overlaps = ConcurrentHashMap.newKeySet();
        var rule = rule(Lock.UNTIL_EXECUTED, conflict, 1);
        var node = corridor.node();
        var tasks = new ArrayList<Callable<Void>>();
        for (var worker = 0; worker < 4; worker++) {
            var number = worker;
            tasks.add(() -> {
                for (var n = 0; n < 25; n++) {
                    storer.store(job(rule, "k" + n % 3, "lane-" + (n + number) % 4), null);
                    overlaps.addAll(overlaps());
                }
                return null;
            });
        }
        for (var runner = 0; runner < 2; runner++) {
            tasks.add(() -> {
                for (var n = 0; n < 40; n++) {
                    var claimed = corridor.claim(node);
                    for (var lane : claimed.lanes()) {
                        var results =
                                corridor.read(lane).stream().map(corridor::done).toList();
                        recorder()
                                .record(claimed.run(), 1, List.of(new LaneResult(lane, results, Next.RELEASE, false)));
                    }
                }
                return null;
            });
        }
        for (var done : enqueuers.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
            done.get();
        }
        enqueuers.shutdown();

        assertThat(overlaps).isEmpty();
        work(corridor::done);
        work(corridor::done);
        assertThat(corridor.count("lanekeeper.lane_item")).isZero();
        assertThat(corridor.count("lanekeeper.unique_lock")).isZero();
        assertThat(new ConservationSearch(corridor.database)
                        .faults().stream()
                                .filter(f -> !f.contains("partition_progress"))
                                .toList())
                .isEmpty();
    }

    private List<String> overlaps() {
        return corridor.database.sql("""
                        SELECT convert_from(w.payload, 'UTF8')
                          FROM lanekeeper.lane_item AS i
                          JOIN lanekeeper.work_item AS w USING (item_id)
                         GROUP BY 1
                        HAVING count(*) > 1
                        """).query(String.class).list();
    }

    private StoredJob store(Lock lock, Conflict conflict, String key) {
        return storer.store(job(rule(lock, conflict, 1), key, "lane"), null);
    }

    private static UniqueRule rule(Lock lock, Conflict conflict, int limit) {
        return new UniqueRule(lock, null, TTL, limit, false, conflict);
    }

    private NewJob job(UniqueRule rule, String key, @Nullable String resource) {
        return new NewJob(
                corridor.handlerId,
                "orders",
                resource,
                key.getBytes(StandardCharsets.UTF_8),
                List.of(),
                null,
                corridor.clock.instant(),
                null,
                null,
                null,
                new UniqueClaim(rule, "orders", key),
                null,
                0);
    }

    private static long stored(StoredJob job) {
        assertThat(job).isInstanceOf(Stored.class);
        return ((Stored) job).id();
    }

    private void retryHead() {
        var claimed = corridor.claim(corridor.node());
        var item = corridor.read(claimed.lane()).get(0);
        locks.executing(item.itemId(), corridor.clock.instant());
        record(claimed, corridor.retry(item, Duration.ofMinutes(1)));
    }

    private void work(Function<WaitingItem, ItemResult> end) {
        var claimed = corridor.claim(corridor.node());
        for (var lane : claimed.lanes()) {
            var results = corridor.read(lane).stream().map(end).toList();
            recorder().record(claimed.run(), 1, List.of(new LaneResult(lane, results, Next.RELEASE, false)));
        }
    }

    private void record(Corridor.Claimed claimed, ItemResult result) {
        recorder()
                .record(
                        claimed.run(),
                        1,
                        List.of(new LaneResult(claimed.lane(), List.of(result), Next.RELEASE, false)));
    }

    private ResultRecorder recorder() {
        return new ResultRecorder(
                corridor.database, handler -> true, corridor.clock, step -> corridor.probe.reached(step));
    }
}

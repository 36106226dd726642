package dev.lanekeeper.work;

import static dev.lanekeeper.work.CorridorJobs.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.work.StoredJob.Duplicate;
import dev.lanekeeper.work.StoredJob.Rejected;
import dev.lanekeeper.work.StoredJob.Replaced;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may be there beside whom: each lock and each strategy. */
class UniqueJobTest {

    private static final Duration TTL = Duration.ofMinutes(10);

    private final Corridor corridor = Corridor.open();
    private final UniqueStore locks = new UniqueStore(corridor.database);
    private final JobStorer storer = corridor.jobStorer();
    private final CorridorJobs jobs = new CorridorJobs(corridor);

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
        jobs.end(item -> corridor.finished(item, end, false));

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

        jobs.endHead(claimed, item -> corridor.retry(item, Duration.ofHours(1)));

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
            begun.add(stored(storer.store(jobs.job(limit, "a", "lane"), null)));
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
        jobs.end(corridor::done);
        assertThat(store(Lock.UNTIL_EXPIRED, Conflict.LOG, "a")).isEqualTo(new Duplicate(first));
        assertThat(store(Lock.UNTIL_EXPIRED, Conflict.REPLACE, "a")).isEqualTo(new Duplicate(first));

        corridor.clock.advance(TTL);
        assertThat(stored(store(Lock.UNTIL_EXPIRED, Conflict.LOG, "a"))).isPositive();
        assertThat(corridor.count("lanekeeper.unique_lock")).isOne();
    }

    @Test
    void countsTheTimeToLiveFromWhenAScheduledJobIsDueAndRunsItThoughItsLockHasExpired() {
        var dueAt = corridor.clock.instant().plus(Duration.ofHours(1));
        var first = stored(storer.store(jobs.job(rule(Lock.UNTIL_EXECUTED, Conflict.LOG, 1), "a", "l"), dueAt));
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
        var first = stored(storer.store(jobs.job(rule, "a", null), null));
        assertThat(stored(storer.store(jobs.job(rule, "a", null), null))).isGreaterThan(first);
        assertThat(storer.store(jobs.job(rule, "a", null), null)).isEqualTo(new Duplicate(first));
    }

    @Test
    void sharesALockAcrossHandlersOnlyIfTheyWantThat() {
        var shared = new UniqueRule(Lock.UNTIL_EXECUTED, null, null, 1, true, Conflict.LOG);
        var first = stored(storer.store(jobs.job(shared, "a", null).with(new UniqueClaim(shared, "one", "a")), null));
        assertThat(storer.store(jobs.job(shared, "a", null).with(new UniqueClaim(shared, "other", "a")), null))
                .isEqualTo(new Duplicate(first));

        var own = rule(Lock.UNTIL_EXECUTED, Conflict.LOG, 1);
        stored(storer.store(jobs.job(own, "a", null).with(new UniqueClaim(own, "one", "a")), null));
        stored(storer.store(jobs.job(own, "a", null).with(new UniqueClaim(own, "other", "a")), null));
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
        var first = stored(storer.store(jobs.job(rule, "a", lane), null));

        var second = (Replaced) storer.store(jobs.job(rule, "a", otherLane), null);

        assertThat(second.replaced()).isEqualTo(first);
        assertThat(corridor.count("lanekeeper.outcome WHERE state = 4 AND item_id = " + first))
                .isOne();
        assertThat(corridor.count("lanekeeper.lane_item")).isOne();
        assertThat(corridor.count("lanekeeper.lane")).isOne();

        var claimed = corridor.claim(corridor.node());
        assertThat(storer.store(jobs.job(rule, "a", lane), null)).isEqualTo(new Duplicate(second.id()));
        jobs.endHead(claimed, corridor::done);
        stored(storer.store(jobs.job(rule, "a", lane), null));
    }

    @Test
    void replacesAJobThatWaitsForItsRetryAndRunsAtOnce() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.REPLACE, 1);
        stored(storer.store(jobs.job(rule, "a", "l"), null));
        retryHead();

        assertThat(storer.store(jobs.job(rule, "a", "l"), null)).isInstanceOf(Replaced.class);
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
        var first = stored(storer.store(jobs.job(rule, "a", "l"), later));
        var second = (Replaced) storer.store(jobs.job(rule, "a", "l"), later.plus(Duration.ofHours(1)));
        var third = (Replaced) storer.store(jobs.job(rule, "a", "l"), null);

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

    private StoredJob store(Lock lock, Conflict conflict, String key) {
        return storer.store(jobs.job(rule(lock, conflict, 1), key, "lane"), null);
    }

    private static UniqueRule rule(Lock lock, Conflict conflict, int limit) {
        return new UniqueRule(lock, null, TTL, limit, false, conflict);
    }

    private void retryHead() {
        var claimed = corridor.claim(corridor.node());
        jobs.endHead(claimed, item -> {
            locks.executing(item.itemId(), corridor.clock.instant());
            return corridor.retry(item, Duration.ofMinutes(1));
        });
    }
}

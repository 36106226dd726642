package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.work.StoredJob.PutOff;
import dev.lanekeeper.work.StoredJob.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Never more than the limit of a key begin to wait for a worker within its time, however late the timer is and whatever is planned. */
class ThrottleTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Corridor corridor = Corridor.open();
    private final CorridorJobs work = new CorridorJobs(corridor);
    private final JobStorer jobs = corridor.jobStorer();
    private final ScheduledJobStore scheduled = new ScheduledJobStore(corridor.database);
    private final List<String> begun = new ArrayList<>();

    @AfterEach
    void leavesNoFault() {
        assertThat(new ConservationSearch(corridor.database).strays()).isEmpty();
    }

    @Test
    void keepsThePaceAfterAnHourWithoutATimer() {
        for (var n = 0; n < 20; n++) {
            store(1, "a/" + n, null);
        }
        begin();
        corridor.clock.advance(Duration.ofHours(1));

        assertThat(begin()).containsExactly("a/1");
        for (var n = 2; n < 20; n++) {
            corridor.clock.advance(MINUTE.minusMillis(1));
            assertThat(begin()).isEmpty();
            corridor.clock.advance(Duration.ofMillis(1));
            assertThat(begin()).containsExactly("a/" + n);
        }
        assertThat(corridor.count("lanekeeper.scheduled_job")).isZero();
    }

    @Test
    void countsThePeriodFromWhenALateJobHasBegun() {
        store(2, "a/0", null);
        store(2, "a/1", null);
        store(2, "a/2", null);
        store(2, "a/3", null);
        begin();

        corridor.clock.advance(MINUTE.plusSeconds(30));
        assertThat(begin()).containsExactly("a/2", "a/3");
        store(2, "a/4", null);
        corridor.clock.advance(MINUTE.minusMillis(1));
        assertThat(begin()).isEmpty();
        corridor.clock.advance(Duration.ofMillis(1));
        assertThat(begin()).containsExactly("a/4");
    }

    @Test
    void keepsTheOrderOfAKeyWhenTheTimerIsLateForSomeOfItsJobs() {
        for (var n = 0; n < 10; n++) {
            store(2, "a/" + n, null);
        }
        begin();
        corridor.clock.advance(MINUTE.multipliedBy(3).plusSeconds(10));

        // a/8 and a/9 are due in 50 seconds, when a/4 and a/5 may begin at the earliest in 60.
        assertThat(begin()).containsExactly("a/2", "a/3");
        for (var n = 0; n < 60; n++) {
            corridor.clock.advance(Duration.ofSeconds(10));
            begin();
        }
        assertThat(begun).containsExactly("a/0", "a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7", "a/8", "a/9");
    }

    @Test
    void lettingNobodyInBeforeThoseForWhomTheTimerIsLate() {
        for (var n = 0; n < 3; n++) {
            store(1, "a/" + n, null);
        }
        begin();
        corridor.clock.advance(Duration.ofHours(1));

        assertThat(store(1, "a/3", null)).isInstanceOf(PutOff.class);

        assertThat(begin()).containsExactly("a/1");
        for (var n = 2; n < 4; n++) {
            corridor.clock.advance(MINUTE);
            assertThat(begin()).containsExactly("a/" + n);
        }
    }

    @Test
    void takesAsManyAtOnceAsItIsToldAndTheOthersNext() {
        for (var n = 0; n < 30; n++) {
            store(10, "a/" + n, null);
        }
        begin();
        corridor.clock.advance(Duration.ofHours(1));

        jobs.promote(4);
        jobs.promote(4);
        jobs.promote(4);
        assertThat(begin())
                .containsExactly("a/10", "a/11", "a/12", "a/13", "a/14", "a/15", "a/16", "a/17", "a/18", "a/19");
    }

    @Test
    void isNotHeldUpByAJobThatIsScheduledFarAhead() {
        var farAhead = corridor.clock.instant().plus(Duration.ofDays(30));
        store(1, "a/far", farAhead);

        assertThat(store(1, "a/0", null)).isInstanceOf(Stored.class);
        assertThat(dueAt(store(1, "a/1", null))).isEqualTo(in(MINUTE));
        assertThat(dueAt(store(1, "a/2", null))).isEqualTo(in(MINUTE.multipliedBy(2)));
        assertThat(dueAt(store(1, "a/near", farAhead.minusSeconds(30)))).isEqualTo(farAhead.plus(MINUTE));
        assertThat(dueAt(store(1, "a/3", null))).isEqualTo(in(MINUTE.multipliedBy(3)));
    }

    @Test
    void leavesThePlaceOfAJobThatIsDueSoonToThatOne() {
        var soon = in(Duration.ofSeconds(90));
        store(1, "a/soon", soon);

        assertThat(store(1, "a/0", null)).isInstanceOf(Stored.class);
        assertThat(dueAt(store(1, "a/1", null))).isEqualTo(soon.plus(MINUTE));
    }

    @Test
    void forgetsAJobThatWasCancelledBeforeItBegan() {
        store(1, "a/0", null);
        var second = (PutOff) store(1, "a/1", null);
        corridor.database.inTransaction(
                () -> new JobChangeStore(corridor.database, corridor.clock).discard(second.id(), "anna"));

        assertThat(dueAt(store(1, "a/2", null))).isEqualTo(in(MINUTE));
    }

    @Test
    void takesAJobThatAPersonRunsNowAsTheNextOne() {
        store(1, "a/0", null);
        store(1, "a/1", null);
        var third = (PutOff) store(1, "a/2", null);
        begin();
        postpone(third.id(), corridor.clock.instant());

        assertThat(begin()).isEmpty();
        corridor.clock.advance(MINUTE);
        assertThat(begin()).hasSize(1);
        corridor.clock.advance(MINUTE);
        assertThat(begin()).hasSize(1);
        assertThat(corridor.count("lanekeeper.scheduled_job")).isZero();
    }

    @Test
    void movesTheTimeToLiveWithTheTimeOfAScheduledJob() {
        var later = in(Duration.ofMinutes(5));
        var first = ((Stored) store(Conflict.LOG, "a/0", later)).id();
        postpone(first, in(Duration.ofHours(3)));

        corridor.clock.advance(Duration.ofHours(1));
        assertThat(store(Conflict.LOG, "a/1", null)).isEqualTo(new StoredJob.Duplicate(first));

        postpone(first, corridor.clock.instant());
        begin();
        corridor.clock.advance(MINUTE);
        assertThat(store(Conflict.LOG, "a/2", null)).isInstanceOf(Stored.class);
    }

    @Test
    void givesNoLockBackThatHasExpiredWhenItsJobIsRescheduled() {
        var first = ((Stored) store(Conflict.LOG, "a/0", in(MINUTE))).id();
        corridor.clock.advance(MINUTE.multipliedBy(3));
        var second = ((Stored) store(Conflict.LOG, "a/1", null)).id();
        postpone(first, in(Duration.ofHours(1)));

        assertThat(store(Conflict.LOG, "a/2", null)).isEqualTo(new StoredJob.Duplicate(second));
        corridor.clock.advance(MINUTE);
        assertThat(store(Conflict.LOG, "a/3", null)).isInstanceOf(Stored.class);
    }

    @Test
    void looksAtAHandfulOfRowsHoweverManyWaitForTheirTurn() {
        for (var n = 0; n < 400; n++) {
            store(2, "a/" + n, null);
        }
        begin();
        corridor.database.sql("ANALYZE lanekeeper.scheduled_job").update();
        var before = corridor.readsSoFar();
        for (var n = 0; n < 20; n++) {
            store(2, "a/more-" + n, null);
        }
        assertThat(corridor.readsSoFar() - before).isBetween(20L, 1_000L);

        var beforeTurns = corridor.readsSoFar();
        for (var n = 0; n < 10; n++) {
            corridor.clock.advance(MINUTE);
            jobs.promote(100);
        }
        assertThat(corridor.readsSoFar() - beforeTurns).isBetween(20L, 1_500L);
    }

    private Instant in(Duration time) {
        return corridor.clock.instant().plus(time);
    }

    private static Instant dueAt(StoredJob job) {
        return ((PutOff) job).dueAt();
    }

    private void postpone(long jobId, Instant dueAt) {
        corridor.database.inTransaction(() -> scheduled.postpone(jobId, dueAt, corridor.clock.instant()));
    }

    private StoredJob store(int limit, String payload, @Nullable Instant dueAt) {
        return store(new UniqueRule(Lock.UNTIL_EXPIRED, null, MINUTE, limit, false, Conflict.THROTTLE), payload, dueAt);
    }

    private StoredJob store(Conflict conflict, String payload, @Nullable Instant dueAt) {
        return store(new UniqueRule(Lock.UNTIL_EXPIRED, null, MINUTE, 1, false, conflict), payload, dueAt);
    }

    private StoredJob store(UniqueRule rule, String payload, @Nullable Instant dueAt) {
        return jobs.store(work.job(rule, payload, "lane"), dueAt);
    }

    /** Stores what is due, does all that waits, and tells it. */
    private List<String> begin() {
        jobs.promote(100);
        var waiting = work.waiting();
        begun.addAll(waiting);
        if (!waiting.isEmpty()) {
            work.finish();
        }
        return waiting;
    }
}

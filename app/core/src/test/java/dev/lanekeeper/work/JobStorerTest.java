package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Jobs whose time comes, and jobs that recur, on a clock that is moved by hand. */
class JobStorerTest {

    private static final Duration HOUR = Duration.ofHours(1);

    private final Corridor corridor = Corridor.open();
    private final CorridorJobs jobs = new CorridorJobs(corridor);
    private final RecurringStore recurring = new RecurringStore(corridor.database, corridor.clock);
    private final JobStorer storer = corridor.jobStorer();

    @Test
    void makesItemsOfJobsInTheOrderOfTheirTimesAtTheEndOfTheirLane() {
        storer.store(jobs.job("second", "a"), corridor.clock.instant().plus(HOUR));
        storer.store(jobs.job("first", "a"), corridor.clock.instant().plus(HOUR.dividedBy(2)));
        storer.store(jobs.job("tomorrow", "a"), corridor.clock.instant().plus(Duration.ofDays(1)));
        storer.store(jobs.job("now", "a"), null);

        assertThat(storer.promote(10)).isTrue();
        assertThat(jobs.waiting()).containsExactly("now");
        assertThat(storer.firstDue()).isEqualTo(corridor.clock.instant().plus(HOUR.dividedBy(2)));

        corridor.clock.advance(HOUR);
        storer.store(jobs.job("meanwhile", "a"), null);
        assertThat(storer.promote(10)).isTrue();
        assertThat(jobs.waiting()).containsExactly("now", "meanwhile", "first", "second");
        assertThat(new ConservationSearch(corridor.database).strays()).isEmpty();
    }

    @Test
    void givesEveryConnectionBackAfterALook() {
        var moreThanThePoolHas = 20;
        for (var look = 0; look < moreThanThePoolHas; look++) {
            assertThat(storer.firstDue()).isEqualTo(Instant.MAX);
            assertThat(new ScheduledJobStore(corridor.database).itemOf(1)).isEmpty();
        }
    }

    @Test
    void leavesJobsToWhoeverMakesItemsOfThemAlready() throws Exception {
        storer.store(jobs.job("one", null), corridor.clock.instant());

        try (var other = Corridor.connections().getConnection();
                var statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT pg_advisory_xact_lock(hashtext('lanekeeper.scheduled_job'), 0)");
            assertThat(storer.promote(10)).isFalse();
            assertThat(jobs.waiting()).isEmpty();
            other.rollback();
        }
        assertThat(storer.promote(10)).isTrue();
        assertThat(jobs.waiting()).containsExactly("one");
    }

    @Test
    void keepsAJobScheduledWhenTheTransactionThatStoresItFails() {
        storer.store(jobs.job("one", "a"), corridor.clock.instant());
        corridor.probe = step -> {
            if (step == Probe.Step.STORE_BEFORE_COMMIT) {
                throw new IllegalStateException("halted");
            }
        };

        assertThat(catchThrowable(() -> storer.promote(10))).hasMessage("halted");
        corridor.probe = Probe.NONE;
        assertThat(jobs.waiting()).isEmpty();
        assertThat(storer.promote(10)).isTrue();
        assertThat(jobs.waiting()).containsExactly("one");
    }

    @Test
    void storesOneJobForAllTheTimesThatWereMissed() {
        recurring.recur(corridor.handlerId, Recurrence.of("0 0 * * * *", "UTC"));
        corridor.clock.advance(HOUR.multipliedBy(5).plusMinutes(10));

        storer.promote(10);
        storer.promote(10);

        assertThat(corridor.count("lanekeeper.lane_item")).isOne();
        assertThat(storer.firstDue()).isEqualTo(Instant.parse("2030-01-01T06:00:00Z"));
    }

    @Test
    void leavesOutATimeAtWhichTheJobOfTheTimeBeforeIsUnfinished() {
        recurring.recur(corridor.handlerId, Recurrence.of("0 0 * * * *", "UTC"));
        for (var hour = 0; hour < 3; hour++) {
            corridor.clock.advance(HOUR);
            storer.promote(10);
        }
        assertThat(corridor.count("lanekeeper.work_item")).isOne();
        assertThat(corridor.count("lanekeeper.recurring_job WHERE left_out = 2"))
                .isOne();

        corridor.drain();
        corridor.clock.advance(HOUR);
        storer.promote(10);
        assertThat(corridor.count("lanekeeper.work_item")).isEqualTo(2);
    }

    @Test
    void keepsTheNextTimeAcrossAStartUnlessTheRecurrenceHasChanged() {
        recurring.recur(corridor.handlerId, Recurrence.of("0 0 * * * *", "UTC"));
        corridor.clock.advance(HOUR.multipliedBy(2));
        recurring.recur(corridor.handlerId, Recurrence.of("0 0 * * * *", "UTC"));
        assertThat(storer.firstDue()).isEqualTo(Instant.parse("2030-01-01T01:00:00Z"));

        recurring.recur(corridor.handlerId, Recurrence.of("0 30 * * * *", "Asia/Kolkata"));
        assertThat(storer.firstDue()).isEqualTo(Instant.parse("2030-01-01T03:00:00Z"));

        recurring.end(corridor.handlerId);
        assertThat(storer.firstDue()).isEqualTo(Instant.MAX);
    }
}

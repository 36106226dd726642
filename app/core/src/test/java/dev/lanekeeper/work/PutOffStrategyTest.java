package dev.lanekeeper.work;

import static dev.lanekeeper.work.UniqueDoors.DELAY;
import static dev.lanekeeper.work.UniqueDoors.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.JobAnswer;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.work.StoredJob.GaveUp;
import dev.lanekeeper.work.StoredJob.PutOff;
import dev.lanekeeper.work.StoredJob.Replaced;
import dev.lanekeeper.work.UniqueDoors.Door;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Work that is put off, at each door: jobs, records of Kafka, entries of the outbox. */
class PutOffStrategyTest {

    private static final Duration TTL = Duration.ofMinutes(10);

    @RegisterExtension
    private final UniqueDoors doors = new UniqueDoors();

    private final Corridor corridor = doors.corridor;
    private final CorridorJobs jobs = doors.jobs;

    @ParameterizedTest
    @EnumSource(Door.class)
    void putsOffUntilTheLockIsFreeAndStoresItThen(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.RESCHEDULE);
        doors.come(door, rule, "a");
        doors.come(door, rule, "a");
        assertThat(jobs.waiting()).containsExactly("a");
        assertThat(doors.last()).isInstanceOf(PutOff.class);

        doors.later(DELAY);
        assertThat(jobs.waiting()).containsExactly("a");
        jobs.finish();
        doors.later(DELAY);

        assertThat(jobs.waiting()).containsExactly("a");
        assertThat(corridor.count("lanekeeper.unique_lock")).isOne();
        assertThat(corridor.count("lanekeeper.scheduled_job")).isZero();
        jobs.finish();
        assertThat(corridor.count("lanekeeper.unique_lock")).isZero();
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void givesUpWhatWasPutOffTooOften(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.RESCHEDULE);
        doors.come(door, rule, "a");
        doors.come(door, rule, "a");
        var holder = corridor.count("lanekeeper.lane_item WHERE true");
        assertThat(holder).isOne();

        for (var hop = 0; hop < rule.maxHops(); hop++) {
            doors.later(DELAY);
        }

        assertThat(doors.last()).isInstanceOf(GaveUp.class);
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
        doors.come(door, rule, "a/1");
        doors.come(door, rule, "a/2");
        doors.later(DELAY);

        var winner = "(SELECT scheduled_id FROM lanekeeper.work_item JOIN lanekeeper.lane_item USING (item_id))";
        assertThat(corridor.count("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id) WHERE state = 4"
                        + " AND reason LIKE 'replaced by job %' AND lost_to = " + winner))
                .isOne();
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void runsOnceAWhileAfterTheLastOfABurst(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTING, Conflict.DEBOUNCE);
        doors.come(door, rule, "a/1");
        corridor.clock.advance(DELAY.minusSeconds(1));
        doors.come(door, rule, "a/2", "a/3");
        doors.later(DELAY.minusSeconds(1));
        assertThat(jobs.waiting()).isEmpty();

        doors.later(Duration.ofSeconds(1));
        assertThat(jobs.waiting()).containsExactly("a/3");
        assertThat(corridor.count("lanekeeper.scheduled_job")).isZero();
        assertThat(doors.conflicts()).containsExactly("DEBOUNCED 2");

        // One that comes while it waits to be begun takes its place, and waits anew.
        doors.come(door, rule, "a/4");
        assertThat(doors.last()).isInstanceOf(Replaced.class);
        assertThat(jobs.waiting()).isEmpty();
        doors.later(DELAY);
        assertThat(jobs.waiting()).containsExactly("a/4");
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void letsNoMoreThanTheLimitThroughInAPeriodAndLosesNone(Door door) {
        var rule = new UniqueRule(Lock.UNTIL_EXPIRED, null, TTL, 2, false, Conflict.THROTTLE, DELAY, 3);
        doors.come(door, rule, "a/1", "a/2", "a/3");
        corridor.clock.advance(Duration.ofMinutes(1));
        doors.come(door, rule, "a/4", "a/5");
        assertThat(jobs.waiting()).containsExactly("a/1", "a/2");
        jobs.finish();

        doors.later(TTL.minusMinutes(1).minusSeconds(1));
        assertThat(jobs.waiting()).isEmpty();
        doors.later(Duration.ofSeconds(1));
        assertThat(jobs.waiting()).containsExactly("a/3", "a/4");
        jobs.finish();
        doors.later(TTL.minusSeconds(1));
        assertThat(jobs.waiting()).isEmpty();
        doors.later(Duration.ofSeconds(1));
        assertThat(jobs.waiting()).containsExactly("a/5");
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void keepsOnceWhatWasPutOffAndThenCancelled(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTING, Conflict.DEBOUNCE);
        doors.come(door, rule, "a/1");
        var operations = new JobOperations(corridor.database, corridor.clock, due -> {});
        var jobId = corridor.database
                .sql("SELECT job_id FROM lanekeeper.scheduled_job")
                .query(Long.class)
                .single();

        assertThat(operations.cancel(jobId, World.ANNA)).isEqualTo(JobAnswer.CANCELLED);
        assertThat(operations.cancel(jobId, World.ANNA)).isEqualTo(JobAnswer.ALREADY_STORED);
        doors.later(DELAY);

        assertThat(jobs.waiting()).isEmpty();
        assertThat(jobs.ended(State.DISCARDED)).containsExactly("a/1");
        assertThat(corridor.count("lanekeeper.work_item JOIN lanekeeper.outcome USING (item_id) WHERE reason = 'anna'"
                        + " AND scheduled_id = " + jobId))
                .isOne();
        assertThat(corridor.count("lanekeeper.unique_lock")).isZero();
        doors.come(door, rule, "a/2");
        doors.later(DELAY);
        assertThat(jobs.waiting()).containsExactly("a/2");
    }

    @ParameterizedTest
    @EnumSource(
            value = Door.class,
            names = {"RECORD", "ENTRY"})
    void doesNotDoTwiceWhatWasPutOffAndIsRetriedByHandMeanwhile(Door door) {
        doors.come(door, rule(Lock.UNTIL_EXECUTING, Conflict.DEBOUNCE), "a/1");
        var people = new ItemOperations(corridor.database, corridor.clock);
        var original = corridor.database
                .sql("SELECT item_id FROM lanekeeper.outcome WHERE state = 4")
                .query(Long.class)
                .single();

        assertThat(people.retry(original, World.ANNA)).isEqualTo(ItemAnswer.PUT_OFF);
        assertThat(people.comesAgain(original).orElseThrow().dueAt())
                .isEqualTo(corridor.clock.instant().plus(DELAY));
        assertThat(jobs.waiting()).isEmpty();
        doors.later(DELAY);
        assertThat(people.retry(original, World.ANNA)).isEqualTo(ItemAnswer.ALREADY_STORED_ANEW);
        assertThat(people.comesAgain(original)).isEmpty();
        assertThat(jobs.waiting()).containsExactly("a/1");

        jobs.finish();
        assertThat(people.retry(original, World.ANNA)).isEqualTo(ItemAnswer.DUE);
        jobs.finish();
    }

    @Test
    void storesOneThatWasPutOffThoughItsPayloadWasDeletedMeanwhileAsRejected() {
        doors.come(Door.RECORD, rule(Lock.UNTIL_EXECUTING, Conflict.DEBOUNCE), "a/1");
        corridor.database
                .sql("UPDATE lanekeeper.work_item SET payload = NULL, payload_removed_at = now()")
                .update();

        doors.later(DELAY);

        assertThat(jobs.waiting()).isEmpty();
        assertThat(corridor.count("lanekeeper.outcome WHERE state = 3 AND reason LIKE 'the payload of item %'"))
                .isOne();
    }
}

package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.housekeeping.Housekeeping;
import dev.lanekeeper.housekeeping.HousekeepingMeters;
import dev.lanekeeper.housekeeping.Retention;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.JobAnswer;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.StoredJob.Duplicate;
import dev.lanekeeper.work.StoredJob.Stored;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However a unique job goes that a person deletes or that retention purges, its lock goes with it. */
class DeletionLeavesNoLockTest {

    private static final Duration EVENTS = Duration.ofDays(30);
    private static final Duration LONG = Duration.ofDays(60);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Corridor corridor = Corridor.open();
    private final JobStorer storer = corridor.jobStorer();
    private final ItemOperations items = new ItemOperations(corridor.database, corridor.clock);
    private final UniqueStore locks = new UniqueStore(corridor.database);

    DeletionLeavesNoLockTest() {
        corridor.database
                .sql("UPDATE lanekeeper.handler SET kafka_group = NULL")
                .update();
    }

    @AfterEach
    void leavesNoFault() {
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Lock.class,
            names = {"UNTIL_EXECUTING", "UNTIL_EXECUTED"})
    void aWaitingJobThatIsDiscarded(Lock lock) {
        var job = stored(store(lock, null));

        assertThat(items.discard(job, World.ANNA)).isEqualTo(ItemAnswer.DISCARDED);

        assertNobodyHasTheLockOf(lock);
    }

    @ParameterizedTest
    @EnumSource(
            value = Lock.class,
            names = {"UNTIL_EXECUTING", "UNTIL_EXECUTED"})
    void aJobWhoseLaneARunOwnsWhenItIsToBeDiscarded(Lock lock) {
        var job = stored(store(lock, null));
        var claimed = corridor.claim(corridor.node());

        assertThat(items.discard(job, World.ANNA)).isEqualTo(ItemAnswer.REQUESTED);
        assertThat(store(lock, null)).as("until the run gives it back").isEqualTo(new Duplicate(job));
        recorder().record(claimed.run(), 1, List.of(new LaneResult(claimed.lane(), List.of(), Next.RELEASE, false)));

        assertThat(corridor.count("lanekeeper.outcome WHERE state = 4")).isOne();
        assertNobodyHasTheLockOf(lock);
    }

    @ParameterizedTest
    @EnumSource(
            value = Lock.class,
            names = {"UNTIL_EXECUTING", "UNTIL_EXECUTED"})
    void aFailureThatIsDiscardedAloneOrWithOthers(Lock lock) {
        var one = stored(store(lock, null));
        finish(State.FAILED);
        var other = stored(store(lock, null));
        finish(State.FAILED);

        assertThat(items.discard(one, World.ANNA)).isEqualTo(ItemAnswer.DISCARDED);
        var changes = new ItemChangeStore(corridor.database, corridor.clock);
        corridor.database.inTransaction(() -> new FailureChangeStore(corridor.database, corridor.clock)
                .discard(changes.findAll(List.of(other)), "anna"));

        assertThat(corridor.count("lanekeeper.outcome WHERE state = 4")).isEqualTo(2);
        assertNobodyHasTheLockOf(lock);
    }

    @ParameterizedTest
    @EnumSource(
            value = Lock.class,
            names = {"UNTIL_EXECUTING", "UNTIL_EXECUTED"})
    void aScheduledJobThatIsCancelled(Lock lock) {
        var job = stored(store(lock, corridor.clock.instant().plus(Duration.ofHours(1))));
        assertThat(store(lock, null)).isEqualTo(new Duplicate(job));

        assertThat(new JobOperations(corridor.database, corridor.clock, due -> {}).cancel(job, World.ANNA))
                .isEqualTo(JobAnswer.CANCELLED);

        assertNobodyHasTheLockOf(lock);
    }

    @ParameterizedTest
    @EnumSource(
            value = State.class,
            names = {"DONE", "SKIPPED", "DISCARDED"})
    void aFinishedJobThatIsPurged(State end) {
        stored(store(Lock.UNTIL_EXECUTED, null));
        finish(end);

        purge();

        assertThat(corridor.count("lanekeeper.work_item")).isZero();
        assertNobodyHasTheLockOf(Lock.UNTIL_EXECUTED);
    }

    @Test
    void aDiscardedJobThatIsPurgedBeforeItsRowIsSweptUp() {
        var job = stored(store(Lock.UNTIL_EXECUTED, null));
        items.discard(job, World.ANNA);
        assertThat(corridor.count("lanekeeper.unique_lock WHERE holder_id = " + job))
                .as("a row that holds nothing")
                .isOne();

        purge();

        assertThat(corridor.count("lanekeeper.work_item")).isZero();
        assertNobodyHasTheLockOf(Lock.UNTIL_EXECUTED);
        assertThat(corridor.count("lanekeeper.unique_claim")).isZero();
    }

    @Test
    void aPurgedJobWhoseLockIsHeldUntilItExpiresAndNoLonger() {
        var job = stored(store(Lock.UNTIL_EXPIRED, null));
        finish(State.DONE);

        purge();

        assertThat(corridor.count("lanekeeper.work_item")).isZero();
        locks.forget(corridor.clock.instant(), 100);
        assertThat(store(Lock.UNTIL_EXPIRED, null)).isEqualTo(new Duplicate(job));
        corridor.clock.advance(LONG.minus(EVENTS));
        locks.forget(corridor.clock.instant(), 100);
        assertThat(corridor.count("lanekeeper.unique_lock")).isZero();
        assertThat(stored(store(Lock.UNTIL_EXPIRED, null))).isGreaterThan(job);
    }

    private void assertNobodyHasTheLockOf(Lock lock) {
        stored(store(lock, null));
        finish(State.DONE);
        locks.forget(corridor.clock.instant(), 100);
        assertThat(corridor.count("lanekeeper.unique_lock")).isZero();
    }

    private void purge() {
        corridor.clock.advance(EVENTS.plus(SECOND));
        var node = corridor.node();
        var retention = new Retention(EVENTS, EVENTS, null, EVENTS, EVENTS, EVENTS, EVENTS, false, 10);
        var round = new Housekeeping(
                        corridor.database,
                        corridor.clock,
                        () -> node,
                        retention,
                        new HousekeepingMeters(new SimpleMeterRegistry()))
                .sweep();
        assertThat(round).isPresent();
    }

    private StoredJob store(Lock lock, @Nullable Instant dueAt) {
        var job = new NewJob(
                corridor.handlerId,
                "orders",
                "lane",
                "a".getBytes(StandardCharsets.UTF_8),
                List.of(),
                null,
                corridor.clock.instant(),
                null,
                null,
                null);
        var rule = new UniqueRule(lock, null, lock == Lock.UNTIL_EXPIRED ? LONG : null, 1, false, Conflict.LOG);
        return storer.store(job.with(new UniqueClaim(rule, "orders", "a")), dueAt);
    }

    private static long stored(StoredJob job) {
        assertThat(job).isInstanceOf(Stored.class);
        return ((Stored) job).id();
    }

    private ResultRecorder recorder() {
        return new ResultRecorder(corridor.database, handler -> true, corridor.clock, Probe.NONE);
    }

    /** All that waits. */
    private void finish(State end) {
        var claimed = corridor.claim(corridor.node());
        for (var lane : claimed.lanes()) {
            var results = corridor.read(lane).stream()
                    .map(item -> corridor.finished(item, end, false))
                    .toList();
            recorder().record(claimed.run(), 1, List.of(new LaneResult(lane, results, Next.RELEASE, false)));
        }
    }
}

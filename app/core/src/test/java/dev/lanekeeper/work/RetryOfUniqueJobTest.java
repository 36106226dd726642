package dev.lanekeeper.work;

import static dev.lanekeeper.work.CorridorJobs.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.JobOperations;
import dev.lanekeeper.work.StoredJob.Duplicate;
import dev.lanekeeper.work.StoredJob.Rejected;
import dev.lanekeeper.work.StoredJob.Replaced;
import dev.lanekeeper.work.StoredJob.Stored;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A unique job that a person retries is again the only one of its key, unless others are by then. */
class RetryOfUniqueJobTest {

    private static final int ROUNDS = 30;

    private final Corridor corridor = Corridor.open();
    private final CorridorJobs jobs = new CorridorJobs(corridor);
    private final JobStorer storer = corridor.jobStorer();
    private final ItemOperations people = new ItemOperations(corridor.database, corridor.clock);

    RetryOfUniqueJobTest() {
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
    void takesItsLockAgain(Lock lock) {
        var rule = rule(lock, Conflict.LOG, null, 1);
        var failed = stored(store(rule, null));
        finish(State.FAILED);
        assertThat(corridor.count("lanekeeper.unique_lock")).isZero();

        assertThat(people.retry(failed, World.ANNA)).isEqualTo(ItemAnswer.DUE);

        assertThat(store(rule, null)).isEqualTo(new Duplicate(failed));
        assertThat(corridor.count("lanekeeper.unique_claim")).isZero();
        finish(State.DONE);
        assertThat(stored(store(rule, null))).isGreaterThan(failed);
    }

    @Test
    void isRetriedWithoutItsLockWhileAnotherHasItAndAsksAgainTheNextTime() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.LOG, null, 1);
        var failed = stored(store(rule, null));
        finish(State.FAILED);
        var other = stored(store(rule, null));

        assertThat(people.retry(failed, World.ANNA)).isEqualTo(ItemAnswer.DUE_WITHOUT_LOCK);
        assertThat(corridor.count("lanekeeper.operation WHERE result = 'DUE_WITHOUT_LOCK'"))
                .isOne();
        assertThat(store(rule, null)).isEqualTo(new Duplicate(other));
        finish(State.FAILED);

        assertThat(people.retry(failed, World.ANNA)).isEqualTo(ItemAnswer.DUE);
        assertThat(store(rule, null)).isEqualTo(new Duplicate(failed));
    }

    @Test
    void takesOfManyThatAreRetriedAtOnceAsManyAsTheLimitLets() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.LOG, null, 2);
        for (var n = 0; n < 3; n++) {
            store(rule, null);
            finish(State.FAILED);
        }
        var items = new ItemChangeStore(corridor.database, corridor.clock);
        var failures = items.findAll(corridor.database
                .sql("SELECT item_id FROM lanekeeper.outcome")
                .query(Long.class)
                .list());

        corridor.database.inTransaction(() -> {
            corridor.database.guardLanes();
            return new FailureChangeStore(corridor.database, corridor.clock).reopen(failures);
        });

        assertThat(corridor.count("lanekeeper.unique_lock")).isEqualTo(2);
        assertThat(corridor.count("lanekeeper.unique_claim")).isOne();
        assertThat(store(rule, null)).isInstanceOf(Duplicate.class);
    }

    @Test
    void takesTheLockThatItNeverHad() {
        var first = stored(store(rule(Lock.UNTIL_EXECUTED, Conflict.LOG, null, 1), null));
        var rejected = ((Rejected) store(rule(Lock.UNTIL_EXECUTED, Conflict.REJECT, null, 1), null)).id();
        assertThat(people.retry(rejected, World.ANNA)).isEqualTo(ItemAnswer.DUE_WITHOUT_LOCK);
        finish(State.REJECTED);

        assertThat(people.retry(rejected, World.ANNA)).isEqualTo(ItemAnswer.DUE);
        assertThat(people.retry(first, World.ANNA)).isEqualTo(ItemAnswer.DUE_WITHOUT_LOCK);
    }

    @Test
    void takesTheLockThatWasTakenFromItOrThatADiscardHasLeftBehind() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.REPLACE, null, 1);
        var first = stored(store(rule, null));
        assertThat(store(rule, null)).isInstanceOf(Replaced.class);
        finish(State.DONE);
        assertThat(people.retry(first, World.ANNA)).isEqualTo(ItemAnswer.DUE);

        people.discard(first, World.ANNA);
        assertThat(people.retry(first, World.ANNA)).isEqualTo(ItemAnswer.DUE);
        people.discard(first, World.ANNA);
        storer.sweep(100);
        assertThat(corridor.count("lanekeeper.unique_lock")).isZero();
        assertThat(people.retry(first, World.ANNA)).isEqualTo(ItemAnswer.DUE);
        assertThat(corridor.count("lanekeeper.unique_lock WHERE holder_id = " + first))
                .isOne();
    }

    @Test
    void takesTheLockOfTheScheduledJobThatItWas() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.LOG, null, 1);
        var job = stored(store(rule, corridor.clock.instant().plusSeconds(60)));
        var operations = new JobOperations(corridor.database, corridor.clock, due -> {});
        operations.cancel(job, World.ANNA);

        var cancelled = operations.itemOf(job).orElseThrow();
        assertThat(people.retry(cancelled, World.ANNA)).isEqualTo(ItemAnswer.DUE);

        assertThat(store(rule, null)).isEqualTo(new Duplicate(cancelled));
    }

    @Test
    void takesNoLockWhoseTimeIsOver() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.LOG, Duration.ofMinutes(1), 1);
        var failed = stored(store(rule, null));
        finish(State.FAILED);
        corridor.clock.advance(Duration.ofMinutes(2));

        assertThat(people.retry(failed, World.ANNA)).isEqualTo(ItemAnswer.DUE);

        assertThat(stored(store(rule, null))).isGreaterThan(failed);
    }

    @Test
    void leavesTheLockToOneWhoAsksForItAtTheSameTime() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.LOG, null, 1);
        for (var round = 0; round < ROUNDS; round++) {
            var failed = stored(store(rule, null));
            finish(State.FAILED);

            var retried = CompletableFuture.supplyAsync(() -> people.retry(failed, World.ANNA));
            var stored = store(rule, null);

            assertThat(retried.join())
                    .isEqualTo(stored instanceof Stored ? ItemAnswer.DUE_WITHOUT_LOCK : ItemAnswer.DUE);
            assertThat(corridor.count("lanekeeper.unique_lock")).isOne();
            finish(State.DONE);
        }
    }

    private StoredJob store(UniqueRule rule, @Nullable Instant dueAt) {
        return storer.store(jobs.job(rule, "a", null), dueAt);
    }

    private static UniqueRule rule(Lock lock, Conflict conflict, @Nullable Duration ttl, int limit) {
        return new UniqueRule(lock, null, ttl, limit, false, conflict);
    }

    /** All that waits. */
    private void finish(State end) {
        jobs.end(item -> corridor.finished(item, end, false));
    }
}

package dev.lanekeeper.work;

import static dev.lanekeeper.work.CorridorJobs.stored;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.StoredJob.Duplicate;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two transactions that want the lock of one key at once, and one that fails while it wants it. */
class UniqueJobsAtOnceTest {

    private static final Duration TTL = Duration.ofMinutes(10);

    private final Corridor corridor = Corridor.open();
    private final JobStorer storer = corridor.jobStorer();
    private final CorridorJobs jobs = new CorridorJobs(corridor);

    @AfterEach
    void leavesNoFault() {
        assertThat(new ConservationSearch(corridor.database).strays()).isEmpty();
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
        corridor.probe = step -> {
            if (step == during) {
                corridor.probe = Probe.NONE;
                meanwhile.set(elsewhere("other-lane"));
            }
        };
        jobs.endHead(claimed, corridor::done);

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
                    storer.store(jobs.job(rule(Lock.UNTIL_EXECUTED, Conflict.LOG, 1), "a", lane), null));
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
                    storer.store(jobs.job(rule, "k" + n % 3, "lane-" + (n + number) % 4), null);
                    overlaps.addAll(overlaps());
                }
                return null;
            });
        }
        for (var runner = 0; runner < 2; runner++) {
            tasks.add(() -> {
                for (var n = 0; n < 40; n++) {
                    jobs.end(node, corridor::done);
                }
                return null;
            });
        }
        for (var done : enqueuers.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
            done.get();
        }
        enqueuers.shutdown();

        assertThat(overlaps).isEmpty();
        jobs.end(corridor::done);
        jobs.end(corridor::done);
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
        return storer.store(jobs.job(rule(lock, conflict, 1), key, "lane"), null);
    }

    private static UniqueRule rule(Lock lock, Conflict conflict, int limit) {
        return new UniqueRule(lock, null, TTL, limit, false, conflict);
    }
}

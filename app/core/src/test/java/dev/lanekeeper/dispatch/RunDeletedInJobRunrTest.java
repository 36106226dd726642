package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.LockRules;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.handler.Uniqueness;
import dev.lanekeeper.work.UniqueClaim;
import dev.lanekeeper.work.UniqueRule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.jobs.states.StateName;
import org.jobrunr.storage.ConcurrentJobModificationException;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.StorageProviderUtils.DatabaseOptions;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;
import org.jobrunr.utils.mapper.jackson3.Jackson3JsonMapper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whoever deletes the job of a run in JobRunr, on its dashboard or through its storage, takes no lock away from the unique job that the
 * run works on, and leaves none behind.
 */
class RunDeletedInJobRunrTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final UniqueRule RULE = new UniqueRule(Lock.UNTIL_EXECUTED, null, null, 1, false, Conflict.LOG);

    private final CountDownLatch leave = new CountDownLatch(1);
    private final CountDownLatch started = new CountDownLatch(1);
    private final TestNode node = TestNode.start(unique(handler("h", c -> {
        started.countDown();
        assertThat(leave.await(60, TimeUnit.SECONDS)).isTrue();
        return Outcome.ack();
    })));

    private static HandlerDefinition unique(HandlerDefinition handler) {
        return new HandlerDefinition(
                handler.id(),
                handler.lanes(),
                handler.kafka(),
                null,
                handler.failures(),
                handler.limits(),
                handler.call(),
                false,
                new Uniqueness("h", RULE, event -> null, null, null),
                new LockRules(List.of(new LockRule("l", null, 1, null, null))));
    }

    enum Deletion {
        /** As the button of the dashboard does. */
        TO_THE_DELETED {
            @Override
            void delete(StorageProvider storage, UUID run) {
                // JobRunr's own heartbeat writes the row, too.
                await().atMost(PATIENCE)
                        .ignoreException(ConcurrentJobModificationException.class)
                        .until(() -> {
                            var job = storage.getJobById(run);
                            job.delete("by hand");
                            return storage.save(job) != null;
                        });
            }
        },
        PERMANENTLY {
            @Override
            void delete(StorageProvider storage, UUID run) {
                assertThat(storage.deletePermanently(run)).isOne();
            }
        },
        ALL_THAT_ARE_PROCESSED {
            @Override
            void delete(StorageProvider storage, UUID run) {
                assertThat(storage.deleteJobsPermanently(
                                StateName.PROCESSING, Instant.now().plusSeconds(60)))
                        .isPositive();
            }
        };

        abstract void delete(StorageProvider storage, UUID run);
    }

    @AfterEach
    void close() {
        leave.countDown();
        node.close();
    }

    @ParameterizedTest
    @EnumSource(Deletion.class)
    void keepsItsLocksUntilItEndsAndNoLonger(Deletion deletion) throws InterruptedException {
        node.store("h", 0, claim(), "r0");
        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();

        deletion.delete(storage(), run());
        node.store("h", 1, claim(), "r1");
        node.store("h", 2, null, "r2");
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lock_waiter") == 1);
        assertThat(ended(4)).as("another with its key").isOne();
        assertThat(node.count("lanekeeper.unique_lock")).isOne();

        leave.countDown();
        await().atMost(PATIENCE).until(() -> ended(1) == 2);
        assertThat(node.count("lanekeeper.unique_lock")).isZero();
        node.store("h", 3, claim(), "r3");
        await().atMost(PATIENCE).until(() -> ended(1) == 3);
        assertThat(node.count("lanekeeper.unique_lock")
                        + node.count("lanekeeper.run_lock")
                        + node.count("lanekeeper.lock_waiter"))
                .isZero();
    }

    private static UniqueClaim claim() {
        return new UniqueClaim(RULE, "h", "k");
    }

    private StorageProvider storage() {
        var storage = new PostgresStorageProvider(node.pool, "lanekeeper.", DatabaseOptions.NO_VALIDATE);
        storage.setJobMapper(new JobMapper(new Jackson3JsonMapper()));
        return storage;
    }

    private UUID run() {
        return node.database
                .sql("SELECT owner_run FROM lanekeeper.lane WHERE owner_run IS NOT NULL")
                .query(UUID.class)
                .single();
    }

    private long ended(int state) {
        return node.count("lanekeeper.outcome WHERE state = " + state);
    }
}

package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.handler.CannotHeal;
import dev.lanekeeper.handler.HandlerCall.Transaction;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.HandlerDefinition.AfterExhaustion;
import dev.lanekeeper.handler.HandlerDefinition.Backoff;
import dev.lanekeeper.handler.HandlerDefinition.Failures;
import dev.lanekeeper.handler.HandlerDefinition.Limits;
import dev.lanekeeper.handler.HandlerDefinition.OnFailure;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.MigratedDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.DefaultTransactionDefinition;

class RunRulesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Backoff SHORT = new Backoff(Duration.ofMillis(50), Duration.ofMillis(100));
    private static final AtomicInteger DATABASES = new AtomicInteger();

    @Test
    void interruptsACallThatTakesTooLongAndTriesAgain() {
        var calls = new AtomicInteger();
        var slow = handler("orders", context -> {
            if (calls.incrementAndGet() == 1) {
                new CountDownLatch(1).await(60, TimeUnit.SECONDS);
            }
            return Outcome.ack();
        });
        try (var node =
                TestNode.start(TestNode.with(slow, new Limits(Duration.ofMillis(300), null, 200_000, false), null))) {
            node.store("orders", 0, "a", "a");

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 2);
            assertThat(node.count("lanekeeper.attempt WHERE error_class LIKE '%HandlerTimedOut'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void parksTheLaneWhoseHeadHasUsedUpItsRetries() {
        var failures = new Failures(1, SHORT, OnFailure.BLOCK, AfterExhaustion.PARK, null);
        try (var node = TestNode.start(handler("orders", failures, context -> {
            if (context.event().offset() == 0) {
                throw new IllegalStateException("no");
            }
            return Outcome.ack();
        }))) {
            node.store("orders", 0, "a", "a", "b");

            await().atMost(PATIENCE)
                    .until(() -> node.count("lanekeeper.lane WHERE parked_at IS NOT NULL AND waiting = 1") == 1);
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 1);
            assertThat(node.count("lanekeeper.outcome WHERE state = 2")).isEqualTo(1);
        }
    }

    @Test
    void letsLaterItemsOvertakeWhereTheHandlerAllowsIt() {
        var failures = new Failures(
                3,
                new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(2)),
                OnFailure.OVERTAKE,
                AfterExhaustion.CONTINUE,
                null);
        List<Long> seen = new CopyOnWriteArrayList<>();
        try (var node = TestNode.start(handler("orders", failures, context -> {
            if (context.event().offset() == 0 && context.attempt() == 1) {
                throw new IllegalStateException("later");
            }
            seen.add(context.event().offset());
            return Outcome.ack();
        }))) {
            node.store("orders", 0, "a", "a", "a");

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 3);
            assertThat(seen).containsExactly(1L, 2L, 0L);
        }
    }

    @Test
    void manyItemsThatWaitForTheirRetryHideNoneThatMayOvertakeThem() {
        var failures = new Failures(
                null,
                new Backoff(Duration.ofMinutes(5), Duration.ofMinutes(5)),
                OnFailure.OVERTAKE,
                AfterExhaustion.CONTINUE,
                null);
        var failing = 600;
        try (var node = TestNode.start(handler("orders", failures, context -> {
            if (context.event().offset() < failing) {
                throw new IllegalStateException("later");
            }
            return Outcome.ack();
        }))) {
            node.store(
                    "orders",
                    0,
                    IntStream.range(0, failing + 1).mapToObj(i -> "a").toArray(String[]::new));

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 1);
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lane WHERE owner_run IS NULL") == 1);
            assertThat(node.count("lanekeeper.lane WHERE waiting = 600 AND due_at > now() + interval '1 minute'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void commitsEffectsAndResultOfATransactionalHandlerTogether() {
        try (var pool = pool()) {
            var jdbc = JdbcClient.create(pool);
            jdbc.sql("CREATE TABLE effect (number bigint)").update();
            var failing = handler("orders", context -> {
                jdbc.sql("INSERT INTO effect VALUES (?)")
                        .param(context.event().offset())
                        .update();
                if (context.attempt() == 1) {
                    throw new java.io.IOException("a checked one");
                }
                return Outcome.ack();
            });
            try (var node = TestNode.on(pool, 4, transactional(failing, pool))) {
                node.store("orders", 0, "a", "a", null, "b");

                await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 4);
                assertThat(node.count("effect")).isEqualTo(4);
                assertThat(node.count("lanekeeper.attempt")).isEqualTo(4);
                await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lane") == 0);
            }
        }
    }

    @Test
    void rollsBackTheEffectsOfAnOwnerThatHasBeenReplaced() {
        try (var pool = pool()) {
            var jdbc = JdbcClient.create(pool);
            jdbc.sql("CREATE TABLE effect (token bigint)").update();
            var stale = new AtomicReference<@Nullable Long>();
            var overtaken = handler("orders", context -> {
                jdbc.sql("INSERT INTO effect VALUES (?)")
                        .param(context.fencingToken())
                        .update();
                if (stale.compareAndSet(null, context.fencingToken())) {
                    takeAway(pool);
                }
                return Outcome.ack();
            });
            try (var node = TestNode.on(pool, 4, transactional(overtaken, pool))) {
                node.store("orders", 0, "a");

                await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 1);
                assertThat(node.count("effect")).isEqualTo(1);
                assertThat(node.count("effect WHERE token > " + stale.get())).isEqualTo(1);
            }
        }
    }

    @Test
    void startsTheEventsOfOneHandlerWhileAnotherHasMoreThanTheWorkersCanDo() {
        var busy = handler("busy", context -> {
            new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS);
            return Outcome.ack();
        });
        var quick = handler("quick", context -> Outcome.ack());
        try (var node = TestNode.start(4, TestNode.with(busy, new Limits(null, 3, 200_000, false), null), quick)) {
            node.store(
                    "busy", 0, IntStream.range(0, 3_000).mapToObj(i -> "r" + i).toArray(String[]::new));
            node.store("quick", 0, "a");

            await().atMost(Duration.ofSeconds(5))
                    .until(() -> node.count("lanekeeper.outcome WHERE handler_id = " + node.number("quick")) == 1);
            assertThat(node.count("lanekeeper.outcome WHERE handler_id = " + node.number("busy")))
                    .isLessThan(3_000);
        }
    }

    @Test
    void resumesByItselfAfterTheDatabaseWasAwayAndNobodyWasDeclaredDead() {
        try (var server = PostgresServer.create()) {
            var database = server.createDatabase("outage");
            try (var pool = TestNode.pool(database.jdbcUrl(), database.username());
                    var node = TestNode.on(pool, 4, handler("orders", context -> Outcome.ack()))) {
                var before = node.node.life().nodeId();
                node.store(
                        "orders",
                        0,
                        IntStream.range(0, 500).mapToObj(i -> "r" + i % 50).toArray(String[]::new));
                server.stop();
                await().during(Duration.ofSeconds(12))
                        .atMost(Duration.ofSeconds(14))
                        .until(() -> true);
                server.start();

                await().atMost(Duration.ofSeconds(60))
                        .ignoreExceptions()
                        .until(() -> node.count("lanekeeper.outcome") == 500);
                node.store("orders", 500, "x", "y");
                await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 502);
                assertThat(node.node.life().nodeId()).isEqualTo(before);
            }
        }
    }

    private static HikariDataSource pool() {
        var database = MigratedDatabase.create("rules_" + DATABASES.incrementAndGet());
        return TestNode.pool(database.jdbcUrl(), database.username());
    }

    private static HandlerDefinition transactional(HandlerDefinition handler, HikariDataSource pool) {
        return TestNode.with(
                handler,
                handler.limits(),
                new Transaction(new DataSourceTransactionManager(pool), new DefaultTransactionDefinition()));
    }

    /** As a rescue by another node does. */
    private static void takeAway(HikariDataSource pool) throws Exception {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            statement.executeUpdate(
                    "UPDATE lanekeeper.lane SET epoch = nextval('lanekeeper.lane_epoch'), owner_node = NULL,"
                            + " owner_run = NULL");
        }
    }

    @Test
    void aRetryDecisionThatThrowsAnErrorLeavesTheDecisionToMaxRetries() {
        var calls = new AtomicInteger();
        var failures = new Failures(1, SHORT, OnFailure.BLOCK, AfterExhaustion.CONTINUE, (event, attempt, failure) -> {
            throw new NoClassDefFoundError("of a hook that was built against something else");
        });
        try (var node = TestNode.start(handler("orders", failures, context -> {
            calls.incrementAndGet();
            throw new IllegalStateException("never");
        }))) {
            node.store("orders", 0, "a");

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 2") == 1);
            assertThat(calls).hasValue(2);
            assertThat(node.count("lanekeeper.attempt")).isEqualTo(2);
        }
    }

    @Test
    void runsNothingTwiceWhenTheStartOfASuspectCannotBeRecorded() {
        var cut = new AtomicBoolean();
        Map<Long, AtomicInteger> calls = new ConcurrentHashMap<>();
        try (var pool = new PoolThatFailsOnce("SET begun = true", cut);
                var node = TestNode.on(pool, 1, handler("orders", context -> {
                    calls.computeIfAbsent(context.event().offset(), o -> new AtomicInteger())
                            .incrementAndGet();
                    return Outcome.ack();
                }))) {
            var jdbc = JdbcClient.create(pool);
            jdbc.sql("UPDATE lanekeeper.handler SET processing_paused_at = now()")
                    .update();
            await().atMost(PATIENCE).until(() -> node.settings.isProcessingPaused(node.number("orders")));
            node.store("orders", 0, "a", "b", "c", "d", "e");
            jdbc.sql(
                            "UPDATE lanekeeper.lane SET suspect_until = 1000 WHERE ctid = (SELECT max(ctid) FROM lanekeeper.lane)")
                    .update();
            jdbc.sql("UPDATE lanekeeper.handler SET processing_paused_at = NULL")
                    .update();

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 5);
            assertThat(cut).as("the start could not be recorded").isTrue();
            assertThat(calls.values()).hasSize(5).allSatisfy(c -> assertThat(c).hasValue(1));
        }
    }

    @Test
    void failsAtOnceWhatNoAttemptCanHeal() {
        var calls = new AtomicInteger();
        try (var node = TestNode.start(handler("orders", context -> {
            calls.incrementAndGet();
            throw new CannotHeal(new IllegalArgumentException("no such currency"));
        }))) {
            node.store("orders", 0, "a");

            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 2") == 1);
            assertThat(calls).hasValue(1);
            assertThat(node.count("lanekeeper.attempt WHERE error_class = 'java.lang.IllegalArgumentException'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void keepsARowOfASkippedEventOnlyWhereTheHandlerWantsIt() {
        var keeping = TestNode.with(
                handler("keeping", context -> Outcome.skip()), new Limits(null, null, 200_000, true), null);
        try (var node = TestNode.start(keeping, handler("forgetting", context -> Outcome.skip()))) {
            node.store("keeping", 0, "a");
            node.store("forgetting", 0, "a", "b");

            await().atMost(PATIENCE)
                    .until(() -> node.count("lanekeeper.lane") == 0 && node.count("lanekeeper.lane_item") == 0);
            assertThat(node.count("lanekeeper.outcome WHERE state = 5")).isEqualTo(1);
            assertThat(JdbcClient.create(node.pool)
                            .sql("SELECT sum(skipped) FROM lanekeeper.tally")
                            .query(Long.class)
                            .single())
                    .isEqualTo(3);
        }
    }
}

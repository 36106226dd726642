package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static dev.lanekeeper.dispatch.TestNode.locked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.lock.RedisSettings;
import dev.lanekeeper.lock.RedisSettings.WhenAway;
import dev.lanekeeper.testkit.RedisServer;
import dev.lanekeeper.testkit.TcpProxy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** What becomes of work whose locks are in a Redis that answers late, or too late. */
class SlowRedisTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final Duration LEASE = Duration.ofSeconds(3);
    private static final String ALL_IN_ONE_ATTEMPT = "lanekeeper.outcome WHERE state = 1 AND attempts = 1";

    private static RedisServer redis;
    private static RedissonClient other;

    private final HikariDataSource pool = TestNode.freshPool();
    private final TcpProxy proxy = TcpProxy.to(redis.port());
    private final List<Long> started = new CopyOnWriteArrayList<>();
    private TestNode node;

    @BeforeAll
    static void start() {
        redis = RedisServer.create();
        var config = new Config();
        config.useSingleServer().setAddress(redis.uri()).setConnectionMinimumIdleSize(1);
        other = Redisson.create(config);
    }

    @AfterAll
    static void stop() {
        other.shutdown();
        redis.close();
    }

    @AfterEach
    void close() {
        proxy.heal();
        node.close();
        proxy.close();
        pool.close();
    }

    /** It has done an item, so that what is slow is not the connecting. */
    private void begin(WhenAway whenAway, TestNode.Body body) {
        var settings = new RedisSettings(
                "redis://127.0.0.1:" + proxy.port(), null, null, null, "lk:", LEASE, TIMEOUT, whenAway);
        var rule = new LockRule("l", c -> "" + c.event().offset() % 3, 1, null, null);
        node = TestNode.sharing(pool, 5, settings, locked(handler("a", body), rule));
        node.store("a", 0, "first");
        await().atMost(PATIENCE).until(() -> node.count(ALL_IN_ONE_ATTEMPT) == 1);
        await().atMost(PATIENCE).until(() -> node.node.locks().status().held() == 0);
        started.clear();
    }

    @Test
    @Tag("chaos")
    void goesOnAsLongAsAnswersComeInTime() {
        begin(WhenAway.POSTPONE, c -> Outcome.ack());
        proxy.delay(Duration.ofMillis(100));

        node.store("a", 1, "r1", "r2", "r1", "r3");

        await().atMost(PATIENCE).until(() -> node.count(ALL_IN_ONE_ATTEMPT) == 5);
        assertThat(node.count("lanekeeper.attempt")).isZero();
        var status = node.node.locks().status();
        assertThat(List.of(status.unasked(), status.lost(), status.retaken())).containsOnly(0L);
    }

    @Test
    void waitsWithoutUsingUpAttemptsWhileAnswersComeTooLate() {
        begin(WhenAway.POSTPONE, c -> {
            started.add(c.event().offset());
            return Outcome.ack();
        });
        proxy.delay(TIMEOUT.multipliedBy(3));

        node.store("a", 1, "r1", "r2");

        await().atMost(PATIENCE)
                .until(() -> node.count("lanekeeper.lock_waiter WHERE name LIKE 'l:%' AND elsewhere = 2") == 2);
        assertThat(node.node.locks().status().awaySince()).isNotNull();
        assertThat(started).isEmpty();
        proxy.heal();
        await().atMost(PATIENCE).until(() -> node.count(ALL_IN_ONE_ATTEMPT) == 3);
        assertThat(started).containsExactlyInAnyOrder(1L, 2L);
        assertThat(node.count("lanekeeper.attempt")).isZero();
        assertThat(node.count("lanekeeper.lock_waiter")).isZero();
    }

    @Test
    @Tag("chaos")
    void goesOnUnderTheLocksOfTheDatabaseAloneIfThatIsWishedWhileAnswersComeTooLate() {
        begin(WhenAway.DATABASE_ONLY, c -> Outcome.ack());
        proxy.delay(TIMEOUT.multipliedBy(3));

        node.store("a", 1, "r1", "r2");

        await().atMost(PATIENCE).until(() -> node.count(ALL_IN_ONE_ATTEMPT) == 3);
        assertThat(node.node.locks().status().awaySince()).isNotNull();
        assertThat(node.node.locks().status().unasked()).isPositive();
    }

    /** Another program may have had its locks meanwhile, and nobody can be asked. */
    @Test
    @Tag("chaos")
    void runsAgainWhatEndedWhenItsLeaseWasOverAndNobodyAnswered() throws Exception {
        var leave = new CountDownLatch(1);
        begin(WhenAway.POSTPONE, c -> {
            started.add(c.event().offset());
            if (started.size() == 1 && c.event().offset() == 1) {
                assertThat(leave.await(30, TimeUnit.SECONDS)).isTrue();
            }
            return Outcome.ack();
        });
        node.store("a", 1, "r1");
        await().atMost(PATIENCE).until(() -> started.size() == 1);
        proxy.stall();
        await().atMost(PATIENCE).until(() -> !other.getLock("lk:l:1").isLocked());

        leave.countDown();

        await().atMost(PATIENCE)
                .until(() -> node.count("lanekeeper.lock_waiter WHERE name = 'l:1' AND elsewhere = 2") == 1);
        assertThat(node.count("lanekeeper.outcome")).as("recorded").isOne();
        proxy.heal();
        await().atMost(PATIENCE).until(() -> node.count(ALL_IN_ONE_ATTEMPT) == 2);
        assertThat(started).containsExactly(1L, 1L);
        assertThat(node.count("lanekeeper.attempt")).isZero();
    }
}

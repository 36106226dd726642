package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static dev.lanekeeper.dispatch.TestNode.locked;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.handler.LockRules.Refusal;
import dev.lanekeeper.lock.RedisSettings;
import dev.lanekeeper.lock.RedisSettings.WhenAway;
import dev.lanekeeper.operations.LockOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.testkit.RedisServer;
import dev.lanekeeper.testkit.TcpProxy;
import dev.lanekeeper.work.LockPattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.Redisson;
import org.redisson.api.RScript;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.KeysScanOptions;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** Runs beside another program with plain Redisson that takes the same locks, and what becomes of them when Redis fails. */
class SharedLocksTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static RedisServer redis;
    private static RedissonClient other;

    private final HikariDataSource pool = TestNode.freshPool();
    private final List<TestNode> nodes = new ArrayList<>();
    private final List<Long> started = new CopyOnWriteArrayList<>();

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
        nodes.forEach(TestNode::close);
        assertThat(other.getKeys().getKeys(KeysScanOptions.defaults().pattern("lk:*")))
                .isEmpty();
    }

    private TestNode node(WhenAway whenAway, TestNode.Body body, LockRule... rules) {
        return node(redis.uri(), whenAway, body, rules);
    }

    private TestNode node(String uri, WhenAway whenAway, TestNode.Body body, LockRule... rules) {
        var settings =
                new RedisSettings(uri, null, null, null, "lk:", Duration.ofSeconds(3), Duration.ofSeconds(3), whenAway);
        var source = nodes.isEmpty() ? pool : TestNode.pool(pool.getJdbcUrl(), pool.getUsername());
        var node = TestNode.sharing(source, 5, settings, locked(handler("a", body), rules));
        nodes.add(node);
        return node;
    }

    @Test
    void waitForTheResourceOfTheirLaneAsLongAsAnotherProgramHasIt() throws Exception {
        var tokens = new CopyOnWriteArrayList<Long>();
        var node = node(WhenAway.POSTPONE, c -> {
            tokens.add(c.fencingToken());
            assertThat(other.getLock("lk:lane:a:r1").isLocked()).isTrue();
            return Outcome.ack();
        });
        var plain = other.getFencedLock("lk:lane:a:r1");
        var token = plain.tryLockAndGetToken(5, TimeUnit.SECONDS);

        node.store("a", 0, "r1", "r1", "r2");
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 1);
        await().atMost(PATIENCE)
                .until(() -> node.count("lanekeeper.lock_waiter WHERE name = 'lane:a:r1' AND elsewhere = 1") == 1);
        plain.unlock();

        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1 AND attempts = 1") == 3);
        assertThat(tokens.subList(1, 3)).allMatch(t -> t > token);
        assertThat(node.count("lanekeeper.lock_waiter")).isZero();
        await().atMost(PATIENCE).until(() -> !plain.isLocked());
    }

    @Test
    void useUpNoPartOfARateWhileAnotherProgramHasAnotherOfTheirLocks() throws Exception {
        var node = node(
                WhenAway.POSTPONE,
                c -> Outcome.ack(),
                new LockRule("free", null, 1, null, null),
                new LockRule("starts", null, 3, Duration.ofHours(1), null));
        var plain = other.getFencedLock("lk:free");
        plain.tryLockAndGetToken(30, TimeUnit.SECONDS);

        node.store("a", 0, "r1");
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lock_waiter WHERE name = 'free'") == 1);
        assertThat(node.count("lanekeeper.run_lock WHERE name = 'starts'")).isZero();
        plain.unlock();

        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 1);
        assertThat(node.count("lanekeeper.run_lock WHERE name = 'starts'")).isOne();
        other.getKeys().delete("lk:starts:starts");
    }

    /** Else whatever needs one of those would wait for that other program, too. */
    @Test
    void holdNobodyUpAtTheirOtherLocksAndKeepTheirTicketWhileAnotherProgramHasOne() throws Exception {
        var node = node(
                WhenAway.POSTPONE,
                c -> Outcome.ack(),
                new LockRule("both", null, 1, null, null),
                new LockRule("first", c -> c.event().offset() == 0 ? "x" : null, 1, null, null));
        var plain = other.getFencedLock("lk:first:x");
        plain.tryLockAndGetToken(30, TimeUnit.SECONDS);
        node.store("a", 0, "r1");
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lock_waiter WHERE elsewhere = 1") == 1);
        var ticket = ticket(node);

        node.store("a", 1, "r2", "r3");

        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 2);
        assertThat(ticket(node)).isEqualTo(ticket);
        plain.unlock();
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1 AND attempts = 1") == 3);
    }

    private static long ticket(TestNode node) {
        return node.database
                .sql("SELECT ticket FROM lanekeeper.lock_waiter WHERE name = 'first:x'")
                .query(Long.class)
                .single();
    }

    @Test
    void areFreeInRedisTooOnceAPersonHasTakenThemFromARunThatIsStuck() throws Exception {
        var leave = new CountDownLatch(1);
        var node = node(
                WhenAway.POSTPONE,
                c -> {
                    started.add(c.event().offset());
                    if (started.size() == 1) {
                        assertThat(leave.await(30, TimeUnit.SECONDS)).isTrue();
                    }
                    return Outcome.ack();
                },
                new LockRule("l", null, 1, null, null));
        node.store("a", 0, "r1");
        await().atMost(PATIENCE).until(() -> started.size() == 1);
        var plain = other.getLock("lk:l");
        assertThat(plain.isLocked()).isTrue();
        node.store("a", 1, "r2");
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lock_waiter") == 1);

        var operations = new LockOperations(node.database);
        var ada = new Operator("ada", "it is stuck");
        assertThat(operations.releaseAll(new LockPattern("l"), ada)).isOne();

        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 1);
        assertThat(started)
                .as("the second has the lock while the first is still stuck")
                .containsExactly(0L, 1L);
        leave.countDown();
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 2);
        assertThat(started)
                .as("what the robbed one did was refused, and it runs again")
                .containsExactly(0L, 1L, 0L);
    }

    @Test
    void haveOneItemOfALockAtATimeOnAllNodesAndInAllPrograms() throws Exception {
        var atWork = new AtomicInteger();
        var most = new AtomicInteger();
        TestNode.Body body = c -> {
            most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
            LockSupport.parkNanos(2_000_000);
            atWork.decrementAndGet();
            return Outcome.ack();
        };
        var lock = new LockRule("l", null, 1, null, null);
        var node = node(WhenAway.POSTPONE, body, lock);
        node(WhenAway.POSTPONE, body, lock);
        var outside = new Thread(() -> {
            for (var n = 0; n < 10; n++) {
                var plain = other.getLock("lk:l");
                plain.lock(20, TimeUnit.SECONDS);
                most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                LockSupport.parkNanos(5_000_000);
                atWork.decrementAndGet();
                plain.unlock();
            }
        });
        outside.start();

        node.store("a", 0, new String[25]);
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1 AND attempts = 1") == 25);
        outside.join(20_000);

        assertThat(most).hasValue(1);
        assertThat(node.count("lanekeeper.run_lock")).isZero();
        assertThat(node.count("lanekeeper.lock_waiter")).isZero();
    }

    @Test
    @Tag("chaos")
    void loseAndDoubleNothingWhenRedisIsFlushedAndRestartedInTheMiddle() {
        var node = node(
                WhenAway.POSTPONE,
                c -> {
                    started.add(c.event().offset());
                    LockSupport.parkNanos(20_000_000);
                    return Outcome.ack();
                },
                new LockRule("l", c -> "" + c.event().offset() % 3, 1, null, null));
        node.store("a", 0, sixtyOfTwentyResources());

        await().until(() -> started.size() > 5);
        other.getKeys().flushall();
        await().atMost(PATIENCE).until(() -> started.size() > 15);
        redis.stop();
        redis.start();

        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1 AND attempts = 1") == 60);
        assertThat(node.count("lanekeeper.attempt")).isZero();
        await().atMost(PATIENCE).until(() -> node.node.locks().status().held() == 0);
    }

    /** The address is then that of a copy that was promoted, of what it knew before its link broke; or of a server with none of the locks. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Tag("chaos")
    void loseDoubleAndOverlapNothingWhenRedisFailsOverToACopyWithoutTheirLocks(boolean promoted) {
        var atWork = new AtomicIntegerArray(3);
        var overlaps = new AtomicInteger();
        var proxy = TcpProxy.to(redis.port());
        try (var copy = RedisServer.create();
                var link = TcpProxy.to(redis.port())) {
            if (promoted) {
                copy.follow(link.port());
            }
            var node = node(
                    "redis://127.0.0.1:" + proxy.port(),
                    WhenAway.POSTPONE,
                    c -> {
                        var key = (int) (c.event().offset() % 3);
                        if (atWork.incrementAndGet(key) > 1) {
                            overlaps.incrementAndGet();
                        }
                        started.add(c.event().offset());
                        LockSupport.parkNanos(20_000_000);
                        atWork.decrementAndGet(key);
                        return Outcome.ack();
                    },
                    new LockRule("l", c -> "" + c.event().offset() % 3, 1, null, null));
            node.store("a", 0, sixtyOfTwentyResources());

            await().until(() -> started.size() > 5);
            link.stall();
            await().until(() -> started.size() > 10);
            proxy.close();
            if (promoted) {
                link.cut();
                copy.promote();
            }
            proxy = TcpProxy.on(proxy.port(), copy.port());

            await().atMost(PATIENCE)
                    .until(() -> node.count("lanekeeper.outcome WHERE state = 1 AND attempts = 1") == 60);
            assertThat(overlaps).hasValue(0);
            assertThat(node.count("lanekeeper.attempt")).isZero();
            assertThat(node.count("lanekeeper.lock_waiter")).isZero();
            await().atMost(PATIENCE).until(() -> node.node.locks().status().held() == 0);
            node.close();
            nodes.remove(node);
        } finally {
            proxy.close();
        }
        // The one that was left keeps its locks until they expire.
        other.getKeys().flushall();
    }

    @Test
    @Tag("chaos")
    void goOnUnderTheLocksOfTheDatabaseAloneIfThatIsWished() throws Exception {
        var entered = new CountDownLatch(1);
        var node = node(WhenAway.DATABASE_ONLY, c -> {
            entered.countDown();
            return Outcome.ack();
        });
        redis.stop();
        try {
            node.store("a", 0, "r1", "r2");
            assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
            await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1") == 2);
            assertThat(node.node.locks().status().awaySince()).isNotNull();
        } finally {
            redis.start();
        }
        await().atMost(PATIENCE).until(() -> node.node.locks().status().awaySince() == null);
    }

    /** Nobody has taken the lock from them, so nothing is to become of them but to wait. */
    @Test
    void waitHoweverImpatientTheyAreWhileRedisIsAway() {
        var node = node(WhenAway.POSTPONE, c -> Outcome.ack(), impatient());
        redis.stop();
        try {
            node.store("a", 0, "r1");
            await().atMost(PATIENCE)
                    .until(() -> node.count("lanekeeper.lock_waiter WHERE name = 'l' AND elsewhere = 2") == 1);
        } finally {
            redis.start();
        }
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome") == 1);
        assertThat(node.count("lanekeeper.outcome WHERE state = 1 AND attempts = 1"))
                .isOne();
    }

    @Test
    void waitForWhatADeadRunOfTheirOwnApplicationHasLeftAndAreRefusedWhatAnotherHas() {
        var node = node(WhenAway.POSTPONE, c -> Outcome.ack(), impatient());
        var application = node.database
                .sql("SELECT id FROM lanekeeper.application")
                .query(String.class)
                .single();
        isHeld("l", application + ":gone:1");

        node.store("a", 0, "r1");
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lock_waiter WHERE name = 'l'") == 1);
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 1 AND attempts = 1") == 1);

        isHeld("l", "another program:1");
        node.store("a", 1, "r2");
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.outcome WHERE state = 4") == 1);
        other.getLock("lk:l").forceUnlock();
    }

    private static LockRule impatient() {
        return new LockRule("l", null, 1, null, new Refusal(RunConflict.LOG, Duration.ZERO, Duration.ofSeconds(5), 1));
    }

    /** For two seconds, unless it is freed before. */
    private static void isHeld(String lock, String holder) {
        other.getScript(StringCodec.INSTANCE)
                .eval(
                        RScript.Mode.READ_WRITE,
                        "redis.call('hset', KEYS[1], ARGV[1], 1); return redis.call('pexpire', KEYS[1], 2000)",
                        RScript.ReturnType.LONG,
                        List.of("lk:" + lock),
                        holder);
    }

    private static String[] sixtyOfTwentyResources() {
        return IntStream.range(0, 60).mapToObj(n -> "r" + n % 20).toArray(String[]::new);
    }
}

package dev.lanekeeper.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.lock.RedisSettings.WhenAway;
import dev.lanekeeper.lock.RemoteLocks.Answer;
import dev.lanekeeper.testkit.RedisServer;
import dev.lanekeeper.testkit.TcpProxy;
import dev.lanekeeper.work.LockNeed;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
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

/** Locks in a real Redis, beside another program with plain Redisson, and what becomes of them when Redis fails. */
class RedissonLocksTest extends LockContract {

    private static final Duration LEASE = Duration.ofMillis(1_500);
    private static final String PREFIX = "lk:";
    private static final UUID APPLICATION = UUID.randomUUID();

    private static RedisServer redis;
    private static RedissonClient other;

    private final AtomicLong epochs = new AtomicLong();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<String> freed = new CopyOnWriteArrayList<>();
    private RedissonLocks locks;

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

    @BeforeEach
    void open() {
        other.getKeys().flushall();
        locks = open(redis.uri(), WhenAway.POSTPONE, Duration.ofSeconds(3));
    }

    @AfterEach
    void close() throws Exception {
        for (var one : opened) {
            one.close();
        }
    }

    private RedissonLocks open(String uri, WhenAway whenAway, Duration timeout) {
        return open(new RedisSettings(uri, null, null, null, PREFIX, LEASE, timeout, whenAway), APPLICATION);
    }

    private RedissonLocks open(RedisSettings settings, UUID application) {
        var made = new RedissonLocks(settings, () -> application, Clock.systemUTC(), freed::add);
        opened.add(made::close);
        return made;
    }

    private static RedisSettings settings(String prefix) {
        return new RedisSettings(
                redis.uri(), null, null, null, prefix, LEASE, Duration.ofSeconds(3), WhenAway.POSTPONE);
    }

    private TcpProxy proxy() {
        var proxy = TcpProxy.to(redis.port());
        opened.add(proxy);
        return proxy;
    }

    @Override
    protected RedisParty party() {
        return new RedisParty(locks);
    }

    @Override
    protected void passes(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    private final class RedisParty implements Party {

        private final RedissonLocks mine;
        private final long epoch = epochs.incrementAndGet();
        private long token;

        RedisParty(RedissonLocks mine) {
            this.mine = mine;
        }

        @Override
        public boolean takes(LockNeed... needs) {
            if (mine.take(epoch, epoch, List.of(needs)) instanceof Answer.Taken taken) {
                token = taken.token();
                return true;
            }
            return false;
        }

        @Override
        public long token() {
            return token;
        }

        long epoch() {
            return epoch;
        }

        @Override
        public boolean records() {
            var ours = mine.lost(List.of(epoch)).isEmpty();
            mine.free(List.of(epoch));
            return ours;
        }

        @Override
        public void dies() {
            mine.forget();
        }

        @Override
        public boolean holds(LockNeed need) {
            return other.getLock(PREFIX + need.name()).isLocked();
        }

        @Override
        public void isRobbed(LockNeed need) {
            var lock = PREFIX + need.name();
            // As one who has taken it and freed it again, in one step, so that no renewal comes in between.
            other.getScript(StringCodec.INSTANCE)
                    .eval(
                            RScript.Mode.READ_WRITE,
                            "redis.call('incr', KEYS[2]); return redis.call('del', KEYS[1])",
                            RScript.ReturnType.LONG,
                            List.of(lock, "redisson_lock_token:{" + lock + "}"));
        }
    }

    @Test
    void isTheLockOfPlainRedissonUnderItsDocumentedName() throws Exception {
        var party = party();
        var plain = other.getFencedLock(PREFIX + "a");
        assertThat(party.takes(LockNeed.of("a"))).isTrue();
        assertThat(plain.isLocked()).isTrue();
        assertThat(plain.tryLock()).isFalse();

        party.records();
        var token = plain.tryLockAndGetToken(5, TimeUnit.SECONDS);

        assertThat(token).isGreaterThan(party.token());
        var next = party();
        assertThat(next.takes(LockNeed.of("a"))).isFalse();
        plain.unlock();
        assertThat(next.takes(LockNeed.of("a"))).isTrue();
        assertThat(next.token()).isGreaterThan(token);
    }

    @Test
    void wakesAnotherProgramThatWaitsAndIsToldWhenThatIsDone() throws Exception {
        await().until(() -> locks.isListening());
        var party = party();
        party.takes(LockNeed.of("a"));
        var waiting = new Thread(() -> {
            var plain = other.getLock(PREFIX + "a");
            plain.lock(20, TimeUnit.SECONDS);
            locks.await("a");
            plain.unlock();
        });
        waiting.start();
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());

        party.records();
        waiting.join(5_000);

        assertThat(waiting.isAlive()).isFalse();
        await().atMost(Duration.ofSeconds(5)).until(() -> freed.contains("a"));
    }

    @Test
    @Tag("chaos")
    void isRenewedForAsLongAsItsProcessLives() {
        var party = party();
        party.takes(LockNeed.of("a"), new LockNeed("b", 2, null, null));

        passes(LEASE.multipliedBy(2));

        assertThat(other.getLock(PREFIX + "a").isLocked()).isTrue();
        assertThat(party.records()).isTrue();
        assertThat(other.getKeys().getKeys(KeysScanOptions.defaults().pattern(PREFIX + "*")))
                .isEmpty();
    }

    @Test
    void isFreeAtOnceAlthoughItIsRenewedAtTheSameTime() throws InterruptedException {
        var over = new AtomicBoolean();
        var asked = new AtomicLong();
        var renewing = new Thread(() -> {
            while (!over.get()) {
                locks.lost(List.of(asked.get()));
            }
        });
        renewing.start();
        try {
            for (var n = 0; n < 500; n++) {
                var party = new RedisParty(locks);
                asked.set(party.epoch);
                assertThat(party.takes(LockNeed.of("a"))).as("time %d", n).isTrue();
                locks.free(List.of(party.epoch));
            }
        } finally {
            over.set(true);
            renewing.join();
        }
        assertThat(locks.status().retaken()).isZero();
        assertThat(locks.status().lost()).isZero();
    }

    @Test
    void isTakenAgainAfterAFlushIfNobodyElseHasTakenIt() {
        var lucky = party();
        var unlucky = party();
        lucky.takes(LockNeed.of("a"));
        unlucky.takes(LockNeed.of("b"));

        // In one step, so that no renewal takes it again in between; written as Redisson writes a lock.
        other.getScript(StringCodec.INSTANCE)
                .eval(
                        RScript.Mode.READ_WRITE,
                        "redis.call('flushall'); redis.call('hset', KEYS[1], 'another program:1', 1); return 1",
                        RScript.ReturnType.LONG,
                        List.of(PREFIX + "b"));

        assertThat(lucky.records()).isTrue();
        assertThat(unlucky.records()).isFalse();
        assertThat(locks.status().retaken()).isOne();
        assertThat(locks.status().lost()).isOne();
        other.getLock(PREFIX + "b").forceUnlock();
    }

    @Test
    @Tag("chaos")
    void goesOnAfterARestartOfRedisThatHasForgottenEverything() {
        var party = party();
        party.takes(LockNeed.of("a"));

        redis.stop();
        assertThat(party().takes(LockNeed.of("c"))).isFalse();
        assertThat(locks.status().awaySince()).isNotNull();
        redis.start();

        await().atMost(Duration.ofSeconds(10)).until(() -> locks.status().awaySince() == null);
        assertThat(party.records()).isTrue();
        assertThat(party().takes(LockNeed.of("a"))).isTrue();
    }

    @Test
    @Tag("chaos")
    void answersWithoutRedisAsItIsConfiguredAndWithoutDelayOnceItIsKnownToBeAway() {
        var proxy = proxy();
        var postponing = open("redis://127.0.0.1:" + proxy.port(), WhenAway.POSTPONE, Duration.ofMillis(500));
        var careless = open("redis://127.0.0.1:" + proxy.port(), WhenAway.DATABASE_ONLY, Duration.ofMillis(500));
        var held = new RedisParty(postponing);
        assertThat(held.takes(LockNeed.of("h"))).isTrue();
        assertThat(new RedisParty(careless).takes(LockNeed.of("g"))).isTrue();

        proxy.stall();

        assertThat(postponing.take(91, 91, List.of(LockNeed.of("a")))).isInstanceOf(Answer.Away.class);
        assertThat(careless.take(92, 92, List.of(LockNeed.of("a")))).isInstanceOf(Answer.Without.class);
        var began = System.nanoTime();
        for (var n = 0; n < 100; n++) {
            postponing.take(91, 91, List.of(LockNeed.of("a")));
        }
        assertThat(System.nanoTime() - began).isLessThan(Duration.ofMillis(200).toNanos());
        passes(LEASE);
        assertThat(postponing.lost(List.of(held.epoch))).as("its lease is over").containsExactly(held.epoch);
        assertThat(careless.lost(List.of(held.epoch))).isEmpty();
        proxy.heal();
        await().atMost(Duration.ofSeconds(10)).until(() -> postponing.status().awaySince() == null);
    }

    @Test
    void needsNoScriptToBeKnownToRedisAfterAFailover() {
        assertThat(party().takes(LockNeed.of("a"))).isTrue();
        other.getScript().scriptFlush();
        assertThat(party().takes(LockNeed.of("b"))).isTrue();
    }

    /** The database gives turns within one application: a lock that another of its runs still has is on its way to be freed. */
    @Test
    void tellsWhatAnotherApplicationHasFromWhatThisOneHas() {
        var a = LockNeed.of("a");
        var three = new LockNeed("three", 1, Duration.ofSeconds(10), null);
        assertThat(party().takes(a)).isTrue();
        var neighbour = open(settings(PREFIX), UUID.randomUUID());

        assertThat(locks.take(91, 91, List.of(a))).isInstanceOfSatisfying(Answer.Busy.class, busy -> {
            assertThat(busy.needs()).containsExactly(a);
            assertThat(busy.elsewhere()).isEmpty();
            assertThat(busy.comesIn()).isLessThan(Duration.ofSeconds(1));
        });
        assertThat(neighbour.take(91, 91, List.of(LockNeed.of("b"), a)))
                .isInstanceOfSatisfying(Answer.Busy.class, busy -> {
                    assertThat(busy.needs()).containsExactly(a);
                    assertThat(busy.elsewhere()).containsExactly(a);
                });
        assertThat(party().takes(three)).isTrue();
        assertThat(locks.take(92, 92, List.of(three))).isInstanceOf(Answer.Busy.class);
    }

    @Test
    void tellsWhoHasLocksInOtherApplications() {
        var application = UUID.randomUUID();
        var neighbour = open(settings(PREFIX), application);
        var three = new LockNeed("three", 3, null, null);
        assertThat(neighbour.take(1, 1, List.of(LockNeed.of("a"), three))).isInstanceOf(Answer.Taken.class);
        other.getLock(PREFIX + "plain").lock(1, TimeUnit.MINUTES);
        assertThat(party().takes(LockNeed.of("ours"), three)).isTrue();

        var owners = locks.owners(List.of("a", "plain", "ours", "three", "free"));

        assertThat(owners).containsOnlyKeys("a", "plain", "three");
        assertThat(owners.get("a").application()).isEqualTo(application.toString());
        assertThat(owners.get("three").application()).isEqualTo(application.toString());
        assertThat(owners.get("three").expires())
                .isBetween(Instant.now(), Instant.now().plus(LEASE));
        assertThat(owners.get("plain").application()).isNull();
        assertThat(owners.get("plain").id())
                .endsWith(":" + Thread.currentThread().getId());
        assertThat(owners.get("plain").expires())
                .isBetween(Instant.now().plusSeconds(50), Instant.now().plusSeconds(60));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lk:", "{lk}:"})
    void isTheLockOfPlainRedissonAlsoWithBracesInItsName(String prefix) throws Exception {
        var mine = open(settings(prefix), APPLICATION);
        await().until(mine::isListening);
        for (var name : List.of("account:17", "account:{17}", "{account}:17", "a}b{c}d")) {
            var plain = other.getFencedLock(prefix + name);
            assertThat(mine.take(1, 900, List.of(LockNeed.of(name)))).isEqualTo(new Answer.Taken(900));
            assertThat(plain.tryLock()).isFalse();
            var waiting = new FutureTask<>(() -> plain.lockAndGetToken(20, TimeUnit.SECONDS));
            var thread = new Thread(waiting);
            thread.start();
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            var began = System.nanoTime();
            mine.free(List.of(1L));

            assertThat(waiting.get(20, TimeUnit.SECONDS)).as(name).isGreaterThan(900);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).as(name).isLessThan(LEASE.dividedBy(2));
            mine.await(name);
            other.getLock(prefix + name).forceUnlock();
            await().atMost(Duration.ofSeconds(5)).until(() -> freed.contains(name));
        }
    }

    @Test
    void leavesACounterForEverThatAnotherProgramHasMade() {
        var plain = other.getFencedLock(PREFIX + "theirs");
        var theirs = plain.lockAndGetToken();
        plain.unlock();
        var party = party();

        assertThat(party.takes(LockNeed.of("theirs"), LockNeed.of("ours"))).isTrue();

        assertThat(party.token()).isGreaterThan(theirs);
        assertThat(other.getBucket("redisson_lock_token:{lk:theirs}").remainTimeToLive())
                .isEqualTo(-1);
        assertThat(other.getBucket("redisson_lock_token:{lk:ours}").remainTimeToLive())
                .isGreaterThan(Duration.ofHours(23).toMillis());
    }

    /** Else the tokens that the other program goes on comparing would begin anew. */
    @Test
    void keepsACounterForEverOnceAProgramWithoutLanekeeperIsSeenToUseIt() {
        assertThat(open(settings(PREFIX), UUID.randomUUID()).take(1, 1, List.of(LockNeed.of("a"))))
                .isInstanceOf(Answer.Taken.class);
        var plain = other.getFencedLock(PREFIX + "b");
        var party = party();
        assertThat(party.takes(LockNeed.of("b"))).isTrue();
        party.records();
        plain.lock();

        assertThat(locks.take(91, 91, List.of(LockNeed.of("a"), LockNeed.of("b"))))
                .isInstanceOf(Answer.Busy.class);

        assertThat(other.getBucket("redisson_lock_token:{lk:a}").remainTimeToLive())
                .isPositive();
        assertThat(other.getBucket("redisson_lock_token:{lk:b}").remainTimeToLive())
                .isEqualTo(-1);
        plain.unlock();
    }

    /** An item of a lane has the lane's resource from an earlier item, and others of its own. */
    @Test
    void givesOthersATokenThatIsHigherThanAnyThatItsHolderHadMeanwhile() throws Exception {
        assertThat(locks.take(1, 1, List.of(LockNeed.of("lane:a:r")))).isEqualTo(new Answer.Taken(1));
        assertThat(locks.take(1, 900, List.of(LockNeed.of("lane:a:r"), LockNeed.of("b"))))
                .isEqualTo(new Answer.Taken(900));
        assertThat(locks.lost(List.of(1L))).isEmpty();
        locks.free(List.of(1L));

        assertThat(other.getFencedLock(PREFIX + "lane:a:r").tryLockAndGetToken(5, TimeUnit.SECONDS))
                .isGreaterThan(900);
    }

    @Test
    void holdsUpNobodyElseWhereAProgramKeepsSomethingElseUnderTheNameOfALock() {
        other.getBucket(PREFIX + "a", StringCodec.INSTANCE).set("no lock");
        other.getBucket(PREFIX + "b:permits", StringCodec.INSTANCE).set("no lock");
        assertThat(locks.take(91, 91, List.of(LockNeed.of("a")))).isInstanceOf(Answer.Away.class);
        assertThat(locks.take(92, 92, List.of(new LockNeed("b", 2, null, null))))
                .isInstanceOf(Answer.Away.class);

        assertThat(party().takes(LockNeed.of("c"))).isTrue();
        assertThat(locks.status().awaySince()).isNull();
    }

    @Test
    void isRenewedAlthoughRedisLetsItNotListen() throws IOException {
        try (var socket = new Socket("127.0.0.1", redis.port())) {
            var command = "ACL SETUSER deaf on >secret ~* +@all resetchannels\r\n";
            socket.getOutputStream().write(command.getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('+');
        }
        var settings = new RedisSettings(
                redis.uri(), null, "deaf", "secret", PREFIX, LEASE, Duration.ofSeconds(3), WhenAway.POSTPONE);
        var mine = open(settings, APPLICATION);
        assertThat(mine.take(1, 1, List.of(LockNeed.of("a")))).isInstanceOf(Answer.Taken.class);

        passes(LEASE.multipliedBy(2));

        assertThat(other.getLock(PREFIX + "a").isLocked()).isTrue();
        assertThat(mine.isListening()).isFalse();
        assertThat(mine.status().awaySince()).isNull();
    }

    /** A handler that did not end in time runs on under it. */
    @Test
    void isNotFreedWhenItsProcessStops() throws Exception {
        var mine = open(settings(PREFIX), APPLICATION);
        mine.take(1, 1, List.of(LockNeed.of("a")));

        mine.close();

        assertThat(other.getLock(PREFIX + "a").isLocked()).isTrue();
        await().atMost(LEASE.plusSeconds(2))
                .until(() -> !other.getLock(PREFIX + "a").isLocked());
    }

    @Test
    void startsNothingMoreUnderALockThatIsSomebodyElses() {
        var party = party();
        party.takes(LockNeed.of("a"));
        party.isRobbed(LockNeed.of("a"));

        assertThat(locks.lost(List.of(party.epoch()))).containsExactly(party.epoch());
        assertThat(party.takes(LockNeed.of("a"))).isFalse();
        assertThat(party.takes(LockNeed.of("b"))).isFalse();
        assertThat(party.records()).isFalse();
    }
}

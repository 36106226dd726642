package dev.lanekeeper.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.lock.RedisSettings.WhenAway;
import dev.lanekeeper.lock.RemoteLocks.Answer;
import dev.lanekeeper.testkit.RedisServer;
import dev.lanekeeper.testkit.TcpProxy;
import dev.lanekeeper.work.LockNeed;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.api.options.KeysScanOptions;
import org.redisson.config.Config;

/** What becomes of locks while Redis is slow, and after it has failed over to a copy that was promoted. */
class RedisOutageTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration LEASE = Duration.ofMinutes(1);
    private static final Duration TIMEOUT = Duration.ofMillis(500);
    private static final String PREFIX = "lk:";
    private static final LockNeed A = LockNeed.of("a");

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private RedisServer redis;
    private TcpProxy proxy;
    private RedissonLocks locks;

    @BeforeEach
    void open() {
        redis = opened(RedisServer.create());
        proxy = opened(TcpProxy.to(redis.port()));
        locks = locks(WhenAway.POSTPONE, LEASE);
    }

    @AfterEach
    void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }

    private <T extends AutoCloseable> T opened(T one) {
        opened.push(one);
        return one;
    }

    /** Connected, so that what is slow is not the connecting. */
    private RedissonLocks locks(WhenAway whenAway, Duration lease) {
        var settings = new RedisSettings(
                "redis://127.0.0.1:" + proxy.port(), null, null, null, PREFIX, lease, TIMEOUT, whenAway);
        var application = UUID.randomUUID();
        var made = new RedissonLocks(settings, () -> application, Clock.systemUTC(), name -> {});
        opened.push(made::close);
        await().atMost(PATIENCE).until(() -> {
            var taken = made.take(1, 1, List.of(LockNeed.of("connects"))) instanceof Answer.Taken;
            made.free(List.of(1L));
            return taken && made.isListening();
        });
        return made;
    }

    private RedissonClient plain(RedisServer server) {
        var config = new Config();
        config.useSingleServer().setAddress(server.uri()).setConnectionMinimumIdleSize(1);
        var made = Redisson.create(config);
        opened.push(made::shutdown);
        return made;
    }

    private boolean isTaken(long holder, LockNeed... needs) {
        return locks.take(holder, holder, List.of(needs)) instanceof Answer.Taken;
    }

    @Test
    void areTakenKeptAndFreedHoweverSlowRedisIsAsLongAsItAnswersInTime() {
        var other = plain(redis);
        proxy.delay(TIMEOUT.dividedBy(2));

        assertThat(isTaken(2, A)).isTrue();
        assertThat(other.getLock(PREFIX + "a").isLocked()).isTrue();
        assertThat(locks.lost(List.of(2L))).isEmpty();
        locks.free(List.of(2L));

        assertThat(other.getLock(PREFIX + "a").isLocked()).isFalse();
        assertThat(locks.status().awaySince()).isNull();
        assertThat(locks.status().unasked()).isZero();
    }

    @Test
    void areNotHadWhileRedisAnswersTooLateAndAreOnceItAnswersInTime() {
        var careless = locks(WhenAway.DATABASE_ONLY, LEASE);
        assertThat(isTaken(2, A)).isTrue();

        proxy.delay(TIMEOUT.multipliedBy(3));

        assertThat(locks.take(3, 3, List.of(LockNeed.of("b")))).isInstanceOf(Answer.Away.class);
        assertThat(careless.take(4, 4, List.of(LockNeed.of("c")))).isInstanceOf(Answer.Without.class);
        assertThat(locks.status().awaySince()).isNotNull();
        assertThat(locks.lost(List.of(2L))).as("its lease is not over").isEmpty();
        proxy.heal();
        await().atMost(PATIENCE).until(() -> locks.status().awaySince() == null);
        assertThat(isTaken(5, LockNeed.of("d"))).isTrue();
        assertThat(locks.lost(List.of(2L))).isEmpty();
        assertThat(locks.status().lost() + locks.status().retaken()).isZero();
    }

    /** Redis has done what it was told, twice over, and only the answers are late. */
    @Test
    void areFreeOnceRedisAnswersThatWereTakenWithoutAnAnswer() {
        var other = plain(redis);
        var three = new LockNeed("three", 3, null, null);
        var rate = new LockNeed("rate", 3, Duration.ofHours(1), null);
        proxy.delay(TIMEOUT.multipliedBy(3));

        assertThat(locks.take(2, 2, List.of(A, three, rate))).isInstanceOf(Answer.Away.class);

        assertThat(other.getLock(PREFIX + "a").isLocked()).isTrue();
        assertThat(other.getScoredSortedSet(PREFIX + "three:permits").size()).isOne();
        assertThat(other.getScoredSortedSet(PREFIX + "rate:starts").size()).isOne();
        proxy.heal();
        await().atMost(PATIENCE).until(() -> !other.getLock(PREFIX + "a").isLocked());
        assertThat(other.getKeys().getKeys(KeysScanOptions.defaults().pattern(PREFIX + "*")))
                .isEmpty();
    }

    @Test
    void areFreeOnceRedisAnswersThatWereToBeFreedWhileItDidNot() {
        var other = plain(redis);
        assertThat(isTaken(2, A)).isTrue();
        proxy.cut();

        locks.free(List.of(2L));

        assertThat(other.getLock(PREFIX + "a").isLocked()).isTrue();
        proxy.heal();
        await().atMost(PATIENCE).until(() -> !other.getLock(PREFIX + "a").isLocked());
    }

    @Test
    void areNotFreedThatWereGrantedAfterATakingWithoutAnAnswer() {
        var other = plain(redis);
        locks = locks(WhenAway.POSTPONE, TIMEOUT.multipliedBy(6));
        proxy.delay(TIMEOUT.multipliedBy(3));
        assertThat(locks.take(2, 2, List.of(A))).isInstanceOf(Answer.Away.class);
        proxy.heal();

        await().atMost(PATIENCE).until(() -> isTaken(2, A));
        await().atMost(PATIENCE).until(() -> locks.toBeFreed() == 0);

        assertThat(other.getLock(PREFIX + "a").isLocked()).isTrue();
        assertThat(locks.lost(List.of(2L))).isEmpty();
        assertThat(locks.status().retaken()).isZero();
    }

    /** What was taken last had not been copied. Where the counter is an older one, others may have had the lock and freed it. */
    @Test
    void areStillHeldAfterAFailoverUnlessOthersMayHaveHadThem() {
        var copy = opened(RedisServer.create());
        var link = opened(TcpProxy.to(redis.port()));
        copy.follow(link.port());
        var atCopy = plain(copy);
        var used = LockNeed.of("used");
        assertThat(isTaken(2, used)).isTrue();
        locks.free(List.of(2L));
        assertThat(isTaken(3, LockNeed.of("copied"))).isTrue();
        await().atMost(PATIENCE).until(() -> atCopy.getLock(PREFIX + "copied").isLocked());
        link.stall();
        assertThat(isTaken(4, used)).isTrue();
        assertThat(isTaken(5, LockNeed.of("new"))).isTrue();

        awayFromPrimary();
        link.cut();
        copy.promote();
        assertThat(atCopy.getLock(PREFIX + "new").isLocked()).isFalse();
        proxy = opened(TcpProxy.on(proxy.port(), copy.port()));

        await().atMost(PATIENCE).until(() -> locks.status().awaySince() == null);
        assertThat(locks.lost(List.of(3L, 4L, 5L))).containsExactly(4L);
        assertThat(locks.status().retaken()).isOne();
        assertThat(atCopy.getLock(PREFIX + "new").isLocked()).isTrue();
        locks.free(List.of(3L, 4L, 5L));
        assertThat(isTaken(6, used, LockNeed.of("copied"), LockNeed.of("new"))).isTrue();
    }

    private void awayFromPrimary() {
        proxy.close();
        await().atMost(PATIENCE).until(() -> {
            locks.lost(List.of(3L));
            return locks.status().awaySince() != null;
        });
    }
}

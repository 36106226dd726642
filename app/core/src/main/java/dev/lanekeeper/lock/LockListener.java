package dev.lanekeeper.lock;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears which locks others free, and tells of those that are awaited here. All methods but {@link #await} are called by the one
 * thread that renews locks.
 */
final class LockListener {

    private static final Logger log = LoggerFactory.getLogger(LockListener.class);
    private static final long LISTEN_AGAIN_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long AWAITED_NANOS = Duration.ofMinutes(1).toNanos();

    private final RedisClient redis;
    private final Consumer<String> freed;
    private final Map<String, Long> awaited = new ConcurrentHashMap<>();
    private volatile boolean deaf;
    private volatile boolean closed;
    private long listenedNanos;

    /** @param freed is told the name of a lock that is awaited and may be free now; on a thread of Redisson's */
    LockListener(RedisClient redis, Consumer<String> freed) {
        this.redis = redis;
        this.freed = freed;
    }

    /** Tells, for a minute, when this lock may be free. */
    void await(String name) {
        awaited.put(name, System.nanoTime());
    }

    /** Listens if it does not yet; a subscription that was refused is tried again later. */
    void listen() {
        if (redis.isListening()) {
            deaf = false;
        } else if (listenedNanos == 0 || System.nanoTime() - listenedNanos >= LISTEN_AGAIN_NANOS) {
            listenedNanos = System.nanoTime();
            redis.listen(this::heard, this::deaf);
        }
    }

    void forgetOld() {
        var now = System.nanoTime();
        awaited.values().removeIf(since -> now - since > AWAITED_NANOS);
    }

    private void heard(String name) {
        if (awaited.remove(name) != null) {
            freed.accept(name);
        }
    }

    /** Those who wait look for themselves. */
    private void deaf(Throwable why) {
        if (!deaf && !closed) {
            deaf = true;
            log.atWarn()
                    .log(
                            "Redis does not tell what others free; who waits looks every {} s: {}",
                            RedissonLocks.LOOK.toSeconds(),
                            RedisAvailability.brief(why));
        }
    }

    /** What Redisson says while it is closed is no news. */
    void close() {
        closed = true;
    }
}

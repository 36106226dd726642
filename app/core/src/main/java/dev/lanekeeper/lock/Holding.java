package dev.lanekeeper.lock;

import dev.lanekeeper.lock.RedisClient.Hold;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What a holder has in Redis, as this process knows it. */
final class Holding {

    final Map<String, Hold> locks = new ConcurrentHashMap<>();
    volatile long token;
    volatile long renewedNanos;
    volatile boolean lost;

    /** One holder's hold of one lock. */
    record Held(long holder, Holding holding, Hold hold) {

        String name() {
            return hold.lock().name();
        }
    }
}

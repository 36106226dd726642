package dev.lanekeeper.lock;

import dev.lanekeeper.lock.Holding.Held;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews locks, and finds out which are held no more. Called by the thread that renews, and by runs before they record results. */
final class LockKeeper {

    private static final Logger log = LoggerFactory.getLogger(LockKeeper.class);
    private static final int STILL_HELD = 1;
    private static final int GONE = 2;

    private final RedisClient redis;
    private final RedisAvailability availability;
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong retaken = new AtomicLong();

    LockKeeper(RedisClient redis, RedisAvailability availability) {
        this.redis = redis;
        this.availability = availability;
    }

    /** Takes again what is gone and nobody has had since; marks holders that have lost one. Fails when nobody answers. */
    void keep(List<Held> locks) {
        var sent = System.nanoTime();
        var kept = redis.keep(locks.stream().map(Held::hold).toList());
        availability.back();
        for (var n = 0; n < locks.size(); n++) {
            kept(locks.get(n), kept.get(n), sent);
        }
    }

    private void kept(Held one, long state, long sent) {
        one.holding().renewedNanos = sent;
        if (state != STILL_HELD) {
            takeAgain(one);
        }
    }

    /** Not what was freed while it was asked about: that is why it is gone, and nobody frees it once more. */
    private void takeAgain(Held one) {
        var holding = one.holding();
        synchronized (holding) {
            if (holding.locks.containsKey(one.name()) && !holding.lost) {
                tookAgain(one, redis.keepOrTakeAgain(List.of(one.hold())).get(0));
            }
        }
    }

    private void tookAgain(Held one, long state) {
        if (state == GONE) {
            retaken.incrementAndGet();
            log.atWarn()
                    .addKeyValue("lock", one.name())
                    .log("A lock in Redis was gone and nobody had taken it; it is taken again");
        } else if (state != STILL_HELD) {
            one.holding().lost = true;
            lost.incrementAndGet();
            log.atWarn()
                    .addKeyValue("lock", one.name())
                    .log("A lock in Redis is somebody else's by now; what was done under it is not recorded");
        }
    }

    /** How often a lock was found to be somebody else's. */
    long lost() {
        return lost.get();
    }

    /** How often a lock was gone and was taken again. */
    long retaken() {
        return retaken.get();
    }
}

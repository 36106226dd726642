package dev.lanekeeper.lock;

import dev.lanekeeper.lock.RedisSettings.WhenAway;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.redisson.client.RedisException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether Redis gives locks, as the last answer has it; says once when that changes. May be called from any thread. */
final class RedisAvailability {

    private static final Logger log = LoggerFactory.getLogger(RedisAvailability.class);

    private final WhenAway whenAway;
    private final Clock clock;
    private volatile @Nullable Instant awaySince;
    private volatile boolean closed;

    RedisAvailability(WhenAway whenAway, Clock clock) {
        this.whenAway = whenAway;
        this.clock = clock;
    }

    boolean isAway() {
        return awaySince != null;
    }

    /** {@code null} while it answers. */
    @Nullable
    Instant awaySince() {
        return awaySince;
    }

    /** It has refused, or not answered. */
    synchronized void away(RedisException e) {
        if (awaySince == null && !closed) {
            awaySince = clock.instant();
            var meanwhile = whenAway == WhenAway.POSTPONE
                    ? "what needs its locks waits"
                    : "work goes on under the locks of the database alone";
            log.atWarn().log("Redis gives no locks; {} until it does: {}", meanwhile, brief(e));
        }
    }

    /** It has answered. */
    void back() {
        if (awaySince != null) {
            recovered();
        }
    }

    private synchronized void recovered() {
        if (awaySince != null) {
            awaySince = null;
            log.atInfo().log("Redis gives locks again");
        }
    }

    /** What Redisson says goes on for lines. */
    static String brief(Throwable e) {
        return e.toString()
                .lines()
                .findFirst()
                .map(l -> l.substring(0, Math.min(l.length(), 200)))
                .orElse("");
    }

    /** Nobody needs to know from now on. */
    void close() {
        closed = true;
    }
}

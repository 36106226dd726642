package dev.lanekeeper.lock;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the locks are that are shared with other applications.
 *
 * @param address such as {@code redis://localhost:6379}; {@code null} when {@code config} is given
 * @param config Redisson's own configuration as YAML; {@code null} when {@code address} is given
 * @param prefix of the name of every lock
 * @param lease after what time a lock is lost whose process says nothing
 * @param timeout how long an answer is waited for
 * @param whenAway what becomes of work meanwhile
 */
public record RedisSettings(
        @Nullable String address,
        @Nullable String config,
        @Nullable String username,
        @Nullable String password,
        String prefix,
        Duration lease,
        Duration timeout,
        WhenAway whenAway) {

    /** What becomes of work that needs a lock of Redis while Redis does not answer. */
    public enum WhenAway {
        /** It waits, and uses up no attempt. */
        POSTPONE,
        /** It goes on under the locks of the database alone. */
        DATABASE_ONLY
    }

    /** Without the password, which whoever prints settings does not mean. */
    @Override
    public String toString() {
        return "RedisSettings[prefix=" + prefix + ", lease=" + lease + ", whenAway=" + whenAway + "]";
    }
}

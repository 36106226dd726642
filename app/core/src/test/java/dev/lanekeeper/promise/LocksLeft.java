package dev.lanekeeper.promise;

import java.util.ArrayList;
import java.util.List;
import org.redisson.Redisson;
import org.redisson.config.Config;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is left of locks when all work is done. */
final class LocksLeft {

    private LocksLeft() {}

    /** Locks that would still stop somebody; what is held until it expires does so until then. */
    static List<String> thatCount(JdbcClient jdbc) {
        return jdbc.sql("""
                        SELECT 'unique ' || unique_key || ' of item or job ' || u.holder_id
                          FROM lanekeeper.unique_lock AS u
                         WHERE u.released_at IS NULL
                           AND (u.expires_at IS NULL OR u.expires_at > clock_timestamp())
                           AND (u.lock = 3
                                OR EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = u.holder_id)
                                OR EXISTS (SELECT FROM lanekeeper.scheduled_job AS s WHERE s.job_id = u.holder_id))
                         UNION ALL
                        SELECT 'run ' || r.name || ' of item ' || r.item_id
                          FROM lanekeeper.run_lock AS r
                         WHERE r.expires_at > clock_timestamp()
                            OR EXISTS (
                               SELECT
                                 FROM lanekeeper.lane AS l
                                WHERE l.lane_id = r.lane_id AND l.epoch = r.epoch AND l.owner_run IS NOT NULL)
                         UNION ALL
                        SELECT 'waiter ' || w.name || ' item ' || w.item_id
                          FROM lanekeeper.lock_waiter AS w
                         WHERE EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.item_id = w.item_id)
                        """).query(String.class).list();
    }

    /** All rows of locks, whether they count or not, but for those that wait for their time to be over. */
    static List<String> rows(JdbcClient jdbc) {
        return jdbc.sql("""
                        SELECT 'unique ' || unique_key || ' of item or job ' || holder_id
                          FROM lanekeeper.unique_lock
                         UNION ALL
                        SELECT 'run ' || name || ' of item ' || item_id
                          FROM lanekeeper.run_lock
                         UNION ALL
                        SELECT 'waiter ' || name || ' item ' || item_id
                          FROM lanekeeper.lock_waiter
                        """).query(String.class).list();
    }

    /** Keys in Redis that hold a lock, or that would never go: the counters of tokens are forgotten after a day. */
    static List<String> inRedis(String uri) {
        var config = new Config();
        config.useSingleServer().setAddress(uri).setConnectionMinimumIdleSize(1).setConnectionPoolSize(2);
        var redisson = Redisson.create(config);
        try {
            var left = new ArrayList<String>();
            for (var key : redisson.getKeys().getKeys()) {
                var isCounter = key.startsWith("redisson_lock_token:");
                var millis = redisson.getKeys().remainTimeToLive(key);
                if (!isCounter || millis < 0 || millis > 86_400_000) {
                    left.add(key + " for " + millis + " ms");
                }
            }
            return left;
        } finally {
            redisson.shutdown();
        }
    }
}

package dev.lanekeeper.dispatch;

import static dev.lanekeeper.dispatch.TestNode.handler;
import static dev.lanekeeper.dispatch.TestNode.locked;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.api.Outcome;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.LockRules.LockRule;
import dev.lanekeeper.lock.RedisSettings;
import dev.lanekeeper.lock.RedisSettings.WhenAway;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A node whose handler writes down in the database when it began and ended under its lock; in a process that may be killed. */
public final class LockedProcess {

    static final int ITEMS = 25;
    private static final Duration WORK = Duration.ofMillis(100);

    private LockedProcess() {}

    /** @param args address and user of the database, and the address of Redis if locks are shared */
    public static void main(String... args) {
        var node = start(args[0], args[1], args.length > 2 ? args[2] : null);
        node.store("a", 0, IntStream.range(0, ITEMS).mapToObj(n -> "r" + n).toArray(String[]::new));
        System.out.println("at work");
        LockSupport.parkNanos(Duration.ofMinutes(5).toNanos());
    }

    static TestNode start(String url, String user, @Nullable String redis) {
        var pool = TestNode.pool(url, user);
        return redis == null
                ? TestNode.on(pool, 5, definition(pool))
                : TestNode.sharing(
                        pool,
                        5,
                        new RedisSettings(
                                redis,
                                null,
                                null,
                                null,
                                "lk:",
                                Duration.ofSeconds(3),
                                Duration.ofSeconds(3),
                                WhenAway.POSTPONE),
                        definition(pool));
    }

    private static HandlerDefinition definition(HikariDataSource pool) {
        var jdbc = JdbcClient.create(pool);
        return locked(
                handler("a", context -> {
                    var row = jdbc.sql("INSERT INTO journal (item, token, pid) VALUES (?, ?, ?) RETURNING id")
                            .param(context.itemId())
                            .param(context.fencingToken())
                            .param(ProcessHandle.current().pid())
                            .query(Long.class)
                            .single();
                    LockSupport.parkNanos(WORK.toNanos());
                    jdbc.sql("UPDATE journal SET left_at = clock_timestamp() WHERE id = ?")
                            .param(row)
                            .update();
                    return Outcome.ack();
                }),
                new LockRule("l", null, 1, null, null));
    }
}

package dev.lanekeeper.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.lanekeeper.testkit.JavaCommand;
import dev.lanekeeper.testkit.JavaProcess;
import dev.lanekeeper.testkit.RedisServer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A process is killed, or frozen, while one of its runs holds a lock that all others wait for. */
@Tag("chaos")
class LockKillTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ITEMS = LockedProcess.ITEMS;

    private final HikariDataSource pool = TestNode.freshPool();
    private final JdbcClient jdbc = JdbcClient.create(pool);
    private @Nullable TestNode node;
    private @Nullable JavaProcess process;
    private @Nullable RedisServer redis;

    @AfterEach
    void close() {
        if (process != null) {
            process.close();
        }
        if (node != null) {
            node.close();
        }
        if (redis != null) {
            redis.close();
        }
        pool.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void losesNothingAndLetsNobodyOverlapWhenTheHolderIsKilled(boolean shared) {
        start(shared);
        var inside = awaitInside();
        process.kill9();
        takeOver();
        var killedAt = now();

        await().atMost(PATIENCE)
                .until(() -> node.count("lanekeeper.outcome WHERE state = 1 AND attempts = 1") == ITEMS);

        jdbc.sql("UPDATE journal SET left_at = ?::timestamptz WHERE left_at IS NULL")
                .param(killedAt)
                .update();
        assertThat(overlaps()).isZero();
        assertThat(ofItem(inside))
                .as("the item of the killed process runs again")
                .isEqualTo(2);
        leavesNothing();
    }

    @Test
    void refusesTheResultOfAHolderThatWasFrozenInItsHandlerAndHasASuccessorWithAHigherToken() {
        start(false);
        var inside = awaitInside();
        process.freeze();
        takeOver();

        await().atMost(PATIENCE).until(() -> ofItem(inside) == 2);
        process.thaw();
        await().atMost(PATIENCE)
                .until(() -> node.count("lanekeeper.outcome WHERE state = 1 AND attempts = 1") == ITEMS);

        assertThat(jdbc.sql("""
                        SELECT count(*) FROM journal AS a JOIN journal AS b
                            ON a.id < b.id AND b.token <= a.token
                        """).query(Long.class).single())
                .as("tokens that did not grow")
                .isZero();
        assertThat(jdbc.sql("""
                        SELECT count(*) FROM journal AS a JOIN journal AS b
                            ON a.id < b.id AND b.entered_at < a.left_at AND a.item <> ? AND b.item <> ?
                        """).param(inside).param(inside).query(Long.class).single())
                .as("overlaps of others")
                .isZero();
        leavesNothing();
    }

    private void start(boolean shared) {
        redis = shared ? RedisServer.create() : null;
        var address = redis == null ? null : redis.uri();
        jdbc.sql("""
                        CREATE TABLE journal (
                          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                          item bigint NOT NULL, token bigint NOT NULL, pid bigint NOT NULL,
                          entered_at timestamptz NOT NULL DEFAULT clock_timestamp(), left_at timestamptz)
                        """).update();
        var arguments = address == null
                ? List.of(pool.getJdbcUrl(), pool.getUsername())
                : List.of(pool.getJdbcUrl(), pool.getUsername(), address);
        process = JavaCommand.of(LockedProcess.class)
                .withArguments(arguments.toArray(String[]::new))
                .start();
        process.awaitLine("at work", PATIENCE);
    }

    private void takeOver() {
        node = LockedProcess.start(pool.getJdbcUrl(), pool.getUsername(), redis == null ? null : redis.uri());
    }

    /** The item that the other process is at. */
    private long awaitInside() {
        var found = new long[1];
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> {
            var items = jdbc.sql("SELECT item FROM journal WHERE pid = ? AND left_at IS NULL")
                    .param(process.pid())
                    .query(Long.class)
                    .list();
            found[0] = items.isEmpty() ? 0 : items.get(0);
            return !items.isEmpty();
        });
        return found[0];
    }

    private String now() {
        return jdbc.sql("SELECT clock_timestamp()::text").query(String.class).single();
    }

    private long overlaps() {
        return jdbc.sql(
                        "SELECT count(*) FROM journal AS a JOIN journal AS b ON a.id < b.id AND b.entered_at < a.left_at")
                .query(Long.class)
                .single();
    }

    private long ofItem(long item) {
        return jdbc.sql("SELECT count(*) FROM journal WHERE item = ?")
                .param(item)
                .query(Long.class)
                .single();
    }

    private void leavesNothing() {
        await().atMost(PATIENCE).until(() -> node.count("lanekeeper.lane") == 0);
        assertThat(node.count("lanekeeper.run_lock")).isZero();
        assertThat(node.count("lanekeeper.lock_waiter")).isZero();
    }
}

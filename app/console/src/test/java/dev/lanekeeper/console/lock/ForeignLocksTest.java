package dev.lanekeeper.console.lock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LockNeed;
import dev.lanekeeper.work.LockPattern;
import dev.lanekeeper.work.Schema;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Locks that another application has are shown as long as somebody here waits for them. */
class ForeignLocksTest {

    private static final Database DATABASE = migrated();
    private static final Instant EXPIRES = Instant.parse("2026-01-01T00:00:00Z");
    private static final LockPattern ALL = new LockPattern("");

    private final List<String> asked = new ArrayList<>();
    private final ForeignLocks locks = new ForeignLocks(DATABASE, this::remote);

    private static Database migrated() {
        var database = new Database(
                PostgresServer.shared().createDatabase("foreign_locks").dataSource(), "lanekeeper");
        new Schema(database).migrate();
        return database;
    }

    /** Has a program without Lanekeeper at the lock {@code b} and knows of no other. */
    private RemoteLocks remote() {
        return (RemoteLocks) Proxy.newProxyInstance(
                RemoteLocks.class.getClassLoader(), new Class<?>[] {RemoteLocks.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("owners");
                    ((Collection<?>) arguments[0]).forEach(name -> asked.add((String) name));
                    return Map.of("b", new RemoteLocks.Owner("a program:7", EXPIRES));
                });
    }

    @BeforeEach
    void enter() {
        DATABASE.sql(
                        "DELETE FROM lanekeeper.lane; DELETE FROM lanekeeper.lane_item; DELETE FROM lanekeeper.lock_waiter")
                .update();
        waits(1, "b", "now() + interval '2 seconds'", "NULL", 1);
        waits(2, "b", "now() + interval '1 second'", "NULL", 1);
        waits(8, "b", "now()", "NULL", null);
        waits(3, "a", "now()", "NULL", 1);
        waits(4, "has its turn to come", "now()", "NULL", null);
        waits(5, "gets no answer", "now()", "NULL", 2);
        waits(6, "of a lane that is parked", "now()", "now()", 1);
        waits(7, "of nobody who still looks", "now() - interval '1 minute'", "NULL", 1);
    }

    private static void waits(long item, String name, String dueAt, String parkedAt, Integer elsewhere) {
        DATABASE.sql("""
                        WITH lane AS (
                             INSERT INTO lanekeeper.lane (lane_id, due_at, epoch, handler_id, waiting, parked_at)
                             VALUES (md5(?::text)::uuid, %1$s, 1, 1, 1, %2$s)),
                        item AS (
                             INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                             VALUES (md5(?::text)::uuid, ?, %1$s, 1, 1))
                        INSERT INTO lanekeeper.lock_waiter (
                               item_id, digest, ticket, name, handler_id, since, due_before, elsewhere)
                        VALUES (?, ?, ?, ?, 1, now() - ? * interval '1 minute', now(), ?)
                        """.formatted(dueAt, parkedAt))
                .param(item)
                .param(item)
                .param(item)
                .param(item)
                .param(LockNeed.digest(name))
                .param(item)
                .param(name)
                .param(item)
                .param(elsewhere)
                .update();
    }

    @Test
    void tellsWhoHasThemAndWhoWaitsSinceWhen() {
        var page = locks.page(ALL, null, 10);

        assertThat(page.next()).isNull();
        assertThat(page.rows()).extracting(ForeignLock::name).containsExactly("a", "b");
        assertThat(page.rows().get(0).owner()).isNull();
        var b = page.rows().get(1);
        assertThat(b.owner()).isEqualTo(new RemoteLocks.Owner("a program:7", EXPIRES));
        assertThat(b.waiters()).as("with one that waits for its turn").isEqualTo(3);
        assertThat(b.first()).isEqualTo(1);
        assertThat(b.since())
                .isBetween(Instant.now().minusSeconds(150), Instant.now().minusSeconds(119));
        assertThat(asked).containsExactly("a", "b");
    }

    @Test
    void goesFromPageToPageAndFollowsAPattern() {
        var first = locks.page(ALL, null, 1);
        assertThat(first.rows()).extracting(ForeignLock::name).containsExactly("a");
        var next = locks.page(ALL, first.next(), 1);
        assertThat(next.rows()).extracting(ForeignLock::name).containsExactly("b");
        assertThat(next.next()).isNull();
        assertThat(locks.count(new LockPattern("b*")).value()).isOne();
        assertThat(locks.has(LockNeed.digest("b"))).isTrue();
        assertThat(locks.has(LockNeed.digest("has its turn to come"))).isFalse();
    }
}

package dev.lanekeeper.console.lock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.operations.LockAnswer;
import dev.lanekeeper.operations.LockOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LockPattern;
import dev.lanekeeper.work.Schema;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is released is what is shown: rows that hold nothing any more are neither. */
class ReleasedLocksTest {

    private static final Database DATABASE = migrated();
    private static final Operator ADA = new Operator("ada", "all of them");
    private static final LockPattern ALL = new LockPattern("");

    private final LockSearch search = new LockSearch(DATABASE);
    private final LockOperations operations = new LockOperations(DATABASE);

    private static Database migrated() {
        var database = new Database(
                PostgresServer.shared().createDatabase("released_locks").dataSource(), "lanekeeper");
        new Schema(database).migrate();
        return database;
    }

    @BeforeEach
    void lock() {
        DATABASE.sql("""
                        DELETE FROM lanekeeper.lane;
                        DELETE FROM lanekeeper.lane_item;
                        DELETE FROM lanekeeper.operation;
                        DELETE FROM lanekeeper.unique_lock;
                        DELETE FROM lanekeeper.run_lock;
                        INSERT INTO lanekeeper.lane (lane_id, due_at, epoch, owner_node, owner_run, handler_id, waiting)
                        VALUES (md5('owned')::uuid, now(), 7, 1, gen_random_uuid(), 1, 1);
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                        VALUES (md5('owned')::uuid, 1, now(), 1, 1);
                        INSERT INTO lanekeeper.unique_lock (
                               digest, holder_id, handler_id, lock, unique_key, taken_at, most, expires_at, released_at)
                        VALUES (md5('a')::uuid, 1, 1, 2, 'unfinished', now(), 1, NULL, NULL),
                               (md5('b')::uuid, 1, 1, 1, 'called', now(), 1, NULL, now()),
                               (md5('c')::uuid, 1, 1, 2, 'expired', now(), 1, now() - interval '1 minute', NULL),
                               (md5('d')::uuid, 2, 1, 2, 'finished', now(), 1, NULL, NULL),
                               (md5('e')::uuid, 2, 1, 3, 'until expired', now(), 1, now() + interval '1 hour', NULL);
                        INSERT INTO lanekeeper.run_lock (
                               digest, token, name, lane_id, epoch, item_id, handler_id, node_id, most, taken_at, expires_at)
                        VALUES (md5('f')::uuid, 1, 'held', md5('owned')::uuid, 7, 1, 1, 1, 1, now(), NULL),
                               (md5('g')::uuid, 2, 'of an earlier epoch', md5('owned')::uuid, 6, 1, 1, 1, 1, now(), NULL),
                               (md5('h')::uuid, 3, 'of a lane that is gone', md5('gone')::uuid, 1, 2, 1, 1, 1, now(), NULL),
                               (md5('i')::uuid, 4, 'start', md5('gone')::uuid, 1, 2, 1, 1, 1, now(), now() + interval '1 hour'),
                               (md5('j')::uuid, 5, 'old start', md5('gone')::uuid, 1, 2, 1, 1, 1, now(), now() - interval '1 hour'),
                               (md5('k')::uuid, 6, 'its old start', md5('owned')::uuid, 7, 1, 1, 1, 1, now(), now() - interval '1 hour');
                        """).update();
    }

    @Test
    void asManyAreReleasedAsWereCountedAndOnlyTheseAreWrittenDown() {
        assertThat(search.count(ALL).value()).isEqualTo(4);

        assertThat(operations.releaseAll(ALL, ADA)).isEqualTo(4);

        assertThat(written()).containsExactly("lock:held", "lock:start", "lock:unfinished", "lock:until expired");
        assertThat(search.count(ALL).value()).isZero();
        assertThat(operations.releaseAll(ALL, ADA)).isZero();
    }

    @Test
    void moreThanAPieceOfRowsThatHoldNothingEndNothingTooEarly() {
        DATABASE.sql("""
                        INSERT INTO lanekeeper.run_lock (
                               digest, token, name, lane_id, epoch, item_id, handler_id, node_id, most, taken_at)
                        SELECT md5('dead' || n)::uuid, n, 'a dead one', md5('gone')::uuid, 1, 2, 1, 1, 1, now()
                          FROM generate_series(1, 600) AS n
                        """).update();

        assertThat(operations.releaseAll(ALL, ADA)).isEqualTo(4);
    }

    @Test
    void aLockThatNobodyHasAnyMoreIsNotReleasedAlone() {
        assertThat(operations.releaseEnqueueLock(digest("finished", "unique_lock", "unique_key"), 2, ADA))
                .isEqualTo(LockAnswer.NOT_FOUND);
        assertThat(operations.releaseRunLock(digest("of an earlier epoch", "run_lock", "name"), 2, ADA))
                .isEqualTo(LockAnswer.NOT_FOUND);
        assertThat(operations.releaseRunLock(digest("start", "run_lock", "name"), 4, ADA))
                .isEqualTo(LockAnswer.RELEASED);
        assertThat(written()).containsExactly("lock:start");
    }

    private static UUID digest(String name, String table, String column) {
        return DATABASE.sql("SELECT digest FROM lanekeeper." + table + " WHERE " + column + " = ?")
                .param(name)
                .query(UUID.class)
                .single();
    }

    private static List<String> written() {
        return DATABASE.sql("SELECT target FROM lanekeeper.operation ORDER BY target")
                .query(String.class)
                .list();
    }
}

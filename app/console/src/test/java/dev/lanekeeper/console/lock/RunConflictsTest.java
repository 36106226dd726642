package dev.lanekeeper.console.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.lanekeeper.console.lock.LockSearch.Happening;
import dev.lanekeeper.testkit.PostgresServer;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LockPattern;
import dev.lanekeeper.work.Schema;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What was refused a lock in the run is seen on the lock, in its history and on the item that had it. */
class RunConflictsTest {

    private static final Database DATABASE = migrated();

    private final LockSearch search = new LockSearch(DATABASE);

    private static Database migrated() {
        var database = new Database(
                PostgresServer.shared().createDatabase("run_conflicts").dataSource(), "lanekeeper");
        new Schema(database).migrate();
        database.sql("""
                        INSERT INTO lanekeeper.lane (lane_id, due_at, epoch, owner_node, owner_run, handler_id, waiting)
                        VALUES (md5('owned')::uuid, now(), 7, 1, gen_random_uuid(), 1, 1);
                        INSERT INTO lanekeeper.run_lock (
                               digest, token, name, lane_id, epoch, item_id, handler_id, node_id, most, taken_at)
                        VALUES (md5('f')::uuid, 1, 'unique:h:k', md5('owned')::uuid, 7, 41, 1, 1, 1, now());
                        INSERT INTO lanekeeper.unique_conflict (
                               digest, holder_id, reason, handler_id, unique_key, number, first_at, last_at)
                        VALUES (md5('f')::uuid, 41, 9, 1, 'unique:h:k', 3, '2030-01-01', '2030-01-02'),
                               (md5('f')::uuid, 41, 12, 1, 'unique:h:k', 2, '2030-01-01', '2030-01-03'),
                               (md5('f')::uuid, 40, 13, 1, 'unique:h:k', 1, '2030-01-01', '2030-01-01'),
                               (md5('f')::uuid, 0, 10, 1, 'unique:h:k', 4, '2029-01-01', '2029-01-01');
                        """).update();
        return database;
    }

    @Test
    void theLockTellsHowManyWereRefusedItForItsHolder() {
        var row = search.page(new LockPattern(""), null, 10).rows().get(0);

        assertThat(row.conflicts()).isEqualTo(5);
        assertThat(row.lastConflict()).hasToString("2030-01-03T00:00:00Z");
    }

    @Test
    void theHistoryOfTheLockTellsWhyAndOfThoseThatNobodyIsKnownFor() {
        var digest = DATABASE.sql("SELECT md5('f')::uuid").query(UUID.class).single();

        assertThat(search.history(digest, "unique:h:k"))
                .extracting(Happening::what, Happening::job, Happening::number)
                .containsExactly(
                        tuple("rescheduled in run", 41L, 2L),
                        tuple("dropped in run", 41L, 3L),
                        tuple("gave up in run", 40L, 1L),
                        tuple("failed in run", null, 4L));
        assertThat(search.key(digest).orElseThrow().name()).isEqualTo("unique:h:k");
    }

    @Test
    void theItemThatHadTheLockTellsWhatLostToIt() {
        assertThat(search.lostTo(41))
                .extracting(Happening::what)
                .containsExactly("rescheduled in run", "dropped in run");
    }
}

package dev.lanekeeper.console.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.console.FilledDatabase;
import dev.lanekeeper.console.page.Times;
import java.time.Clock;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A lane that waits for a lock says for what, and why it does not have it. */
class BlockedLaneTest {

    private final Times times = new Times(Clock::systemUTC, ZoneOffset.UTC);
    private FilledDatabase filled;
    private LongestLanes longest;

    @BeforeEach
    void fill() {
        filled = FilledDatabase.create("blocked_lane").blocked(2);
        longest = new LongestLanes(filled.database, times);
    }

    @AfterEach
    void close() {
        longest.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "null | its head waits for its turn at the lock printer",
                "1    | its head waits for the lock printer, which another application has",
                "2    | its head waits for the lock printer, which Redis does not give now",
            })
    void tellsWhyItsHeadDoesNotHaveTheLock(Integer elsewhere, String words) {
        isWaitedFor("blocked1", elsewhere);

        assertThat(why("blocked1")).isEqualTo(words);
        assertThat(why("blocked2")).doesNotContain("lock");
    }

    @Test
    void tellsWhichEventHasTheLock() {
        isWaitedFor("blocked1", null);
        filled.database.sql("""
                        WITH taken AS (
                             UPDATE lanekeeper.lane
                                SET owner_node = 1, owner_run = gen_random_uuid()
                              WHERE lane_id = (
                                    SELECT lane_id FROM lanekeeper.work_item WHERE resource = 'blocked2' LIMIT 1)
                             RETURNING lane_id, epoch)
                        INSERT INTO lanekeeper.run_lock (
                               digest, lane_id, epoch, token, name, most, item_id, handler_id, node_id, taken_at)
                        SELECT digest, t.lane_id, t.epoch, 1, 'printer', 1, 4711, 1, 1, now()
                          FROM taken AS t
                         CROSS JOIN lanekeeper.lock_waiter
                        """).update();

        assertThat(why("blocked1")).isEqualTo("its head waits behind event 4711, which has the lock printer");
    }

    private void isWaitedFor(String resource, Integer elsewhere) {
        filled.database.sql("""
                        INSERT INTO lanekeeper.lock_waiter (
                               item_id, digest, ticket, name, handler_id, since, due_before, elsewhere)
                        SELECT min(item_id), gen_random_uuid(), 1, 'printer', 1, now(), now(), ?::smallint
                          FROM lanekeeper.work_item
                         WHERE resource = ?
                        """).param(elsewhere).param(resource).update();
    }

    private String why(String resource) {
        var rows = new LaneListSearch(filled.database, longest).ofResource(resource);
        return LaneView.of(rows.get(0), times).why();
    }
}

package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static dev.lanekeeper.work.Corridor.items;
import static dev.lanekeeper.work.HousekeepingBench.EVENTS;
import static dev.lanekeeper.work.HousekeepingBench.HISTORY;
import static dev.lanekeeper.work.HousekeepingBench.OUTBOX;
import static dev.lanekeeper.work.HousekeepingBench.SECOND;
import static dev.lanekeeper.work.HousekeepingBench.retention;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.housekeeping.Retention;
import dev.lanekeeper.housekeeping.Round;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.work.ItemResult.Finished;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a round of housekeeping deletes, and what it keeps. */
class HousekeepingTest {

    @RegisterExtension
    private final HousekeepingBench bench = new HousekeepingBench();

    private final Corridor corridor = bench.corridor;

    @Test
    void deletesWhatEndedLongAgoWithAllThatBelongsToIt() {
        corridor.store(items(0, 3, "a"));
        endOne(State.DONE);
        endOne(State.DISCARDED);
        endOne(State.SKIPPED);
        corridor.database.sql("""
                        INSERT INTO lanekeeper.attempt (
                               item_id, handler_id, number, node_id, run_id, started_at, finished_at, error_class, stack_trace,
                               fingerprint)
                        SELECT item_id, handler_id, 1, 1, gen_random_uuid(), now(), now(), 'Oops', 'Oops', 'Oops'
                          FROM lanekeeper.work_item
                        """).update();
        corridor.database.sql("""
                        INSERT INTO lanekeeper.unique_claim (item_id, digest, handler_id, lock, unique_key, most)
                        SELECT item_id, gen_random_uuid(), handler_id, 2, 'a', 1
                          FROM lanekeeper.work_item
                        """).update();

        corridor.clock.advance(EVENTS);
        assertThat(bench.sweep().swept().items()).isZero();
        corridor.clock.advance(SECOND);
        var round = bench.sweep();

        assertThat(round.result()).isEqualTo(Round.Result.DONE);
        assertThat(round.swept().items()).isEqualTo(3);
        assertThat(round.swept().attempts()).isEqualTo(3);
        assertThat(rows("work_item", "outcome", "attempt", "unique_claim", "work_item_archive"))
                .containsOnly(0L);
        assertThat(corridor.count("lanekeeper.tally WHERE purged = 3")).isEqualTo(1);
        assertThat(bench.registry
                        .counter("lanekeeper.housekeeping.rows", "kind", "items")
                        .count())
                .isEqualTo(3);
    }

    @Test
    void keepsWhatWaitsHasFailedOrWasRejected() {
        corridor.store(items(0, 4, "a"));
        endOne(State.FAILED);
        endOne(State.REJECTED);
        blockHead();

        corridor.clock.advance(EVENTS.multipliedBy(100));

        assertThat(bench.sweep().swept().items()).isZero();
        assertThat(corridor.count("lanekeeper.work_item")).isEqualTo(4);
    }

    @Test
    void keepsItemsOfTheOutboxForAnotherTime() {
        corridor.store(items(0, 2, "a"));
        corridor.database
                .sql("UPDATE lanekeeper.work_item SET source = 2 WHERE kafka_offset = 0")
                .update();
        corridor.drain();

        corridor.clock.advance(OUTBOX.plus(SECOND));
        assertThat(bench.sweep().swept().items()).isEqualTo(1);

        assertThat(corridor.count("lanekeeper.work_item WHERE source = 1")).isEqualTo(1);
    }

    @Test
    void countsWhatWasSkippedWithoutATraceFromWhenItWasStored() {
        corridor.store(item(0, "a"));
        corridor.store(item(1, "b"));
        var claimed = corridor.claim(bench.node);
        for (var lane : claimed.lanes()) {
            corridor.record(
                    claimed, lane, false, skippedWithoutARow(corridor.read(lane).get(0)));
        }
        assertThat(rows("outcome", "lane_item")).containsOnly(0L);

        corridor.clock.advance(EVENTS.plus(SECOND));

        assertThat(bench.sweep().swept().items()).isEqualTo(2);
    }

    @Test
    void goesThroughManyItemsInPiecesAndLeavesWhatIsYoung() {
        corridor.store(items(0, 60, "a"));
        corridor.store(items(60, 110, null));
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));
        corridor.store(items(110, 130, "a"));
        corridor.drain();

        var round = bench.sweep();

        assertThat(round.swept().items()).isEqualTo(110);
        assertThat(round.batches()).isGreaterThanOrEqualTo(11);
        assertThat(corridor.count("lanekeeper.outcome")).isEqualTo(20);
    }

    @Test
    void copiesToTheArchiveFirstIfWished() {
        corridor.store(items(0, 3, "a"));
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));

        var round = bench.sweep(retention(null, true));

        assertThat(round.swept().archived()).isEqualTo(3);
        assertThat(rows("work_item_archive", "outcome_archive")).containsOnly(3L);
        assertThat(
                        corridor.count(
                                "lanekeeper.work_item_archive WHERE convert_from(payload, 'UTF8') = '{\"n\":' || kafka_offset || '}'"))
                .isEqualTo(3);
    }

    @Test
    void archivesEveryColumn() {
        for (var table : List.of("work_item", "outcome", "attempt")) {
            assertThat(corridor.database
                            .sql("""
                            SELECT column_name
                              FROM information_schema.columns
                             WHERE table_schema = 'lanekeeper' AND table_name = ?
                            """)
                            .param(table + "_archive")
                            .query(String.class)
                            .list())
                    .containsAll(corridor.database
                            .sql("""
                            SELECT column_name
                              FROM information_schema.columns
                             WHERE table_schema = 'lanekeeper' AND table_name = ?
                            """)
                            .param(table)
                            .query(String.class)
                            .list());
        }
    }

    @Test
    void removesPayloadsBeforeTheItemsIfWishedAndRetriesNoneOfThem() {
        corridor.store(items(0, 3, "a"));
        var done = endOne(State.DONE);
        var discarded = endOne(State.DISCARDED);
        var failed = endOne(State.FAILED);
        corridor.clock.advance(Duration.ofDays(2).plus(SECOND));

        var round = bench.sweep(retention(Duration.ofDays(2), false));

        assertThat(round.swept().payloads()).isEqualTo(2);
        assertThat(corridor.count("lanekeeper.work_item WHERE payload IS NULL AND headers IS NULL"))
                .isEqualTo(2);
        var people = new ItemOperations(corridor.database, corridor.clock);
        assertThat(people.retry(done, World.ANNA)).isEqualTo(ItemAnswer.PAYLOAD_REMOVED);
        assertThat(people.retry(discarded, World.ANNA)).isEqualTo(ItemAnswer.PAYLOAD_REMOVED);
        assertThat(people.retry(failed, World.ANNA)).isEqualTo(ItemAnswer.DUE);
        assertThat(bench.sweep(retention(Duration.ofDays(2), false)).swept().payloads())
                .isZero();
    }

    @Test
    void forgetsIdentitiesButNotOfItemsThatAreStillThere() {
        corridor.store(item(0, "a"), item(1, "b"));
        remember(3_000);
        corridor.clock.advance(EVENTS.plus(SECOND));
        var waitingIsThere = bench.sweep();
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));
        var nothingIsThere = bench.sweep();

        assertThat(waitingIsThere.swept().identities()).isZero();
        assertThat(nothingIsThere.swept().items()).isEqualTo(2);
        assertThat(nothingIsThere.swept().identities()).isEqualTo(3_000);
    }

    @Test
    void addsUpTheTalliesOfMinutesIntoDays() {
        for (var minute = 0; minute < 30; minute++) {
            corridor.store(item(minute, "a"));
            corridor.drain();
            corridor.clock.advance(Duration.ofMinutes(50));
        }
        var before = new ConservationSearch(corridor.database).balances();
        corridor.clock.advance(HISTORY.plusDays(1));

        var round = bench.sweep(new Retention(null, null, null, null, HISTORY, null, null, false, 7));

        assertThat(round.swept().tallies()).isGreaterThanOrEqualTo(30);
        assertThat(corridor.count("lanekeeper.tally")).isEqualTo(2);
        assertThat(new ConservationSearch(corridor.database).balances()).isEqualTo(before);
        assertThat(corridor.count("lanekeeper.tally WHERE minute = '2030-01-01T00:00:00Z' AND stored = 29"))
                .isEqualTo(1);
    }

    @Test
    void forgetsWhatPeopleDid() {
        corridor.store(items(0, 2, "a"));
        var failed = endOne(State.FAILED);
        new ItemOperations(corridor.database, corridor.clock).discard(failed, World.ANNA);
        corridor.database.sql("""
                        INSERT INTO lanekeeper.item_request (item_id, lane_id, requested_by, answered_at, answer)
                        VALUES (1, gen_random_uuid(), 'anna', '2030-01-01', 'discarded'), (2, gen_random_uuid(), 'anna', NULL, NULL)
                        """).update();
        corridor.database.sql("""
                        INSERT INTO lanekeeper.setting_change (handler_id, name, changed_by, changed_at)
                        VALUES (1, 'max-retries', 'anna', '2030-01-01');
                        INSERT INTO lanekeeper.bulk_operation (verb, operator, started_at, finished_at)
                        VALUES ('RETRY', 'anna', '2030-01-01', '2030-01-01'), ('RETRY', 'anna', '2030-01-01', NULL);
                        UPDATE lanekeeper.operation SET done_at = '2030-01-01';
                        INSERT INTO lanekeeper.job_request (handler_id, request_key, content, requested_at)
                        VALUES (1, 'old', gen_random_uuid(), '2030-01-01'), (1, 'young', gen_random_uuid(), '2032-01-01')
                        """).update();
        corridor.clock.advance(HISTORY.plus(SECOND));

        var swept = bench.sweep().swept();

        assertThat(swept.requests()).isEqualTo(2);
        assertThat(swept.operations()).isEqualTo(3);
        assertThat(rows("item_request", "bulk_operation", "job_request")).containsOnly(1L);
        assertThat(rows("operation", "setting_change")).containsOnly(0L);
    }

    private List<Long> rows(String... tables) {
        return List.of(tables).stream()
                .map(table -> corridor.count("lanekeeper." + table))
                .toList();
    }

    private long endOne(State state) {
        var claimed = corridor.claim(bench.node);
        var head = corridor.read(claimed.lane()).get(0);
        corridor.record(claimed, claimed.lane(), false, corridor.finished(head, state, false));
        return head.itemId();
    }

    private void blockHead() {
        var claimed = corridor.claim(bench.node);
        var head = corridor.read(claimed.lane()).get(0);
        corridor.record(claimed, claimed.lane(), false, corridor.retry(head, Duration.ofDays(9_000)));
    }

    private ItemResult skippedWithoutARow(WaitingItem item) {
        var kept = (Finished) corridor.finished(item, State.SKIPPED, false);
        return new Finished(
                kept.itemId(),
                kept.handlerId(),
                kept.ctid(),
                kept.state(),
                kept.attempts(),
                kept.startedAt(),
                kept.finishedAt(),
                kept.fields(),
                kept.reason(),
                kept.fingerprint(),
                false,
                false,
                null);
    }

    private void remember(int number) {
        var identities = new IdentityStore(corridor.database);
        var hashes = Stream.generate(UUID::randomUUID).limit(number).toList();
        identities.remember(corridor.handlerId, hashes, corridor.clock.instant());
    }
}

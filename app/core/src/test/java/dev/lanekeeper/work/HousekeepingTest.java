package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static dev.lanekeeper.work.Corridor.items;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.housekeeping.Housekeeping;
import dev.lanekeeper.housekeeping.HousekeepingMeters;
import dev.lanekeeper.housekeeping.HousekeepingSchedule;
import dev.lanekeeper.housekeeping.Retention;
import dev.lanekeeper.housekeeping.Round;
import dev.lanekeeper.operations.ItemAnswer;
import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.work.ItemResult.Finished;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HousekeepingTest {

    private static final Duration EVENTS = Duration.ofDays(30);
    private static final Duration OUTBOX = Duration.ofDays(3);
    private static final Duration HISTORY = Duration.ofDays(40);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Corridor corridor;
    private long node;

    @BeforeEach
    void openCorridor() {
        corridor = Corridor.open();
        node = corridor.node();
    }

    @AfterEach
    void everythingIsStillAccountedFor() {
        assertThat(new ConservationSearch(corridor.database).faults()).isEmpty();
    }

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
        assertThat(sweep().swept().items()).isZero();
        corridor.clock.advance(SECOND);
        var round = sweep();

        assertThat(round.result()).isEqualTo(Round.Result.DONE);
        assertThat(round.swept().items()).isEqualTo(3);
        assertThat(round.swept().attempts()).isEqualTo(3);
        assertThat(rows("work_item", "outcome", "attempt", "unique_claim", "work_item_archive"))
                .containsOnly(0L);
        assertThat(corridor.count("lanekeeper.tally WHERE purged = 3")).isEqualTo(1);
        assertThat(registry.counter("lanekeeper.housekeeping.rows", "kind", "items")
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

        assertThat(sweep().swept().items()).isZero();
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
        assertThat(sweep().swept().items()).isEqualTo(1);

        assertThat(corridor.count("lanekeeper.work_item WHERE source = 1")).isEqualTo(1);
    }

    @Test
    void countsWhatWasSkippedWithoutATraceFromWhenItWasStored() {
        corridor.store(item(0, "a"));
        corridor.store(item(1, "b"));
        var claimed = corridor.claim(node);
        for (var lane : claimed.lanes()) {
            corridor.record(
                    claimed, lane, false, skippedWithoutARow(corridor.read(lane).get(0)));
        }
        assertThat(rows("outcome", "lane_item")).containsOnly(0L);

        corridor.clock.advance(EVENTS.plus(SECOND));

        assertThat(sweep().swept().items()).isEqualTo(2);
    }

    @Test
    void goesThroughManyItemsInPiecesAndLeavesWhatIsYoung() {
        corridor.store(items(0, 60, "a"));
        corridor.store(items(60, 110, null));
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));
        corridor.store(items(110, 130, "a"));
        corridor.drain();

        var round = sweep();

        assertThat(round.swept().items()).isEqualTo(110);
        assertThat(round.batches()).isGreaterThanOrEqualTo(11);
        assertThat(corridor.count("lanekeeper.outcome")).isEqualTo(20);
    }

    @Test
    void copiesToTheArchiveFirstIfWished() {
        corridor.store(items(0, 3, "a"));
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));

        var round = sweep(retention(null, true));

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

        var round = sweep(retention(Duration.ofDays(2), false));

        assertThat(round.swept().payloads()).isEqualTo(2);
        assertThat(corridor.count("lanekeeper.work_item WHERE payload IS NULL AND headers IS NULL"))
                .isEqualTo(2);
        var people = new ItemOperations(corridor.database, corridor.clock);
        assertThat(people.retry(done, World.ANNA)).isEqualTo(ItemAnswer.PAYLOAD_REMOVED);
        assertThat(people.retry(discarded, World.ANNA)).isEqualTo(ItemAnswer.PAYLOAD_REMOVED);
        assertThat(people.retry(failed, World.ANNA)).isEqualTo(ItemAnswer.DUE);
        assertThat(sweep(retention(Duration.ofDays(2), false)).swept().payloads())
                .isZero();
    }

    @Test
    void forgetsIdentitiesButNotOfItemsThatAreStillThere() {
        corridor.store(item(0, "a"), item(1, "b"));
        remember(3_000);
        corridor.clock.advance(EVENTS.plus(SECOND));
        var waitingIsThere = sweep();
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));
        var nothingIsThere = sweep();

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

        var round = sweep(new Retention(null, null, null, null, HISTORY, null, null, false, 7));

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

        var swept = sweep().swept();

        assertThat(swept.requests()).isEqualTo(2);
        assertThat(swept.operations()).isEqualTo(3);
        assertThat(rows("item_request", "bulk_operation", "job_request")).containsOnly(1L);
        assertThat(rows("operation", "setting_change")).containsOnly(0L);
    }

    @Test
    void isDoneByOneNodeAtATimeAndGoesOnWhereADeadOneStopped() {
        var dead = corridor.node();
        corridor.database.sql("""
                        INSERT INTO lanekeeper.housekeeping (node_id, started_at) VALUES (?, now())
                        """).param(dead).update();

        assertThat(housekeeping(retention(null, false)).sweep()).isEmpty();
        corridor.nodes.delete(dead);
        var round = sweep();

        assertThat(round.result()).isEqualTo(Round.Result.DONE);
        assertThat(housekeeping(retention(null, false)).recent(5))
                .extracting(Round::result)
                .containsExactly(Round.Result.DONE, Round.Result.LOST);
    }

    @Test
    void ofTenNodesAtOnceOneDoesIt() throws Exception {
        corridor.store(items(0, 100, "a"));
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));
        var threads = Executors.newFixedThreadPool(10);
        try {
            var rounds = new ArrayList<Round>();
            Callable<Optional<Round>> sweep =
                    () -> housekeeping(retention(null, false)).sweep();
            for (var asked : threads.invokeAll(Collections.nCopies(10, sweep))) {
                asked.get(60, TimeUnit.SECONDS).ifPresent(rounds::add);
            }

            assertThat(rounds.stream().mapToLong(r -> r.swept().items()).sum()).isEqualTo(100);
            assertThat(rounds).extracting(Round::result).containsOnly(Round.Result.DONE);
            assertThat(new ConservationSearch(corridor.database)
                            .balances()
                            .get(0)
                            .tallied()
                            .purged())
                    .isEqualTo(100);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void comesWithItsTimeOnceForAllNodesTogether() {
        var clock = Clock.systemUTC();
        var schedules = Stream.generate(
                        () -> new Housekeeping(corridor.database, clock, () -> node, retention(null, false), null))
                .map(nodes -> new HousekeepingSchedule(nodes, "0/2 * * * * *", ZoneOffset.UTC, clock))
                .limit(3)
                .toList();
        schedules.forEach(HousekeepingSchedule::start);
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> corridor.count("lanekeeper.housekeeping") >= 2);
        } finally {
            schedules.forEach(s -> s.stop(Duration.ofSeconds(10)));
        }
        assertThat(corridor.count("""
                        (SELECT FROM lanekeeper.housekeeping
                          GROUP BY date_bin('2 seconds', started_at, 'epoch'::timestamptz) HAVING count(*) > 1) AS twice
                        """)).isZero();
        assertThat(corridor.count(
                        "lanekeeper.housekeeping WHERE result IS DISTINCT FROM 'done' AND result <> 'stopped'"))
                .isZero();
    }

    @Test
    void stopsAfterThePieceThatItIsAt() {
        corridor.store(items(0, 100, "a"));
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));
        var housekeeping = housekeeping(retention(null, false));
        housekeeping.stop();

        var stopped = housekeeping.sweep().orElseThrow();

        assertThat(stopped.result()).isEqualTo(Round.Result.STOPPED);
        assertThat(corridor.count("lanekeeper.work_item")).isEqualTo(100);
        assertThat(sweep().swept().items()).isEqualTo(100);
    }

    @Test
    void doesNothingAnyMoreWhenTheRoundWasTakenAway() {
        corridor.store(items(0, 30, "a"));
        corridor.drain();
        corridor.clock.advance(EVENTS.plus(SECOND));
        corridor.database.sql("""
                        CREATE FUNCTION public.take_away() RETURNS trigger LANGUAGE plpgsql AS $$
                        BEGIN
                          IF NEW.batches = 2 THEN NEW.finished_at = now(); NEW.result = 'lost'; END IF;
                          RETURN NEW;
                        END $$;
                        CREATE TRIGGER take_away BEFORE UPDATE ON lanekeeper.housekeeping
                           FOR EACH ROW EXECUTE FUNCTION public.take_away()
                        """).update();
        try {
            var round = sweep();

            assertThat(round.result()).isEqualTo(Round.Result.LOST);
            assertThat(round.swept().items()).isEqualTo(20);
            assertThat(corridor.count("lanekeeper.work_item")).isEqualTo(10);
        } finally {
            corridor.database
                    .sql("DROP TRIGGER take_away ON lanekeeper.housekeeping; DROP FUNCTION public.take_away()")
                    .update();
        }
    }

    private List<Long> rows(String... tables) {
        return List.of(tables).stream()
                .map(table -> corridor.count("lanekeeper." + table))
                .toList();
    }

    private Round sweep() {
        return sweep(retention(null, false));
    }

    private Round sweep(Retention retention) {
        return housekeeping(retention).sweep().orElseThrow();
    }

    private Housekeeping housekeeping(Retention retention) {
        return new Housekeeping(
                corridor.database, corridor.clock, () -> node, retention, new HousekeepingMeters(registry));
    }

    private static Retention retention(@Nullable Duration payloads, boolean archive) {
        return new Retention(EVENTS, OUTBOX, payloads, EVENTS, HISTORY, HISTORY, HISTORY, archive, 10);
    }

    private long endOne(State state) {
        var claimed = corridor.claim(node);
        var head = corridor.read(claimed.lane()).get(0);
        corridor.record(claimed, claimed.lane(), false, corridor.finished(head, state, false));
        return head.itemId();
    }

    private void blockHead() {
        var claimed = corridor.claim(node);
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

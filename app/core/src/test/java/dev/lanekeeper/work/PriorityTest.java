package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.work.EntryStorer.Batch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of the lanes that are ready, which goes first. */
class PriorityTest {

    private final Corridor corridor = Corridor.open();
    private final JobStorer storer = corridor.jobStorer();

    @AfterEach
    void leavesNoFault() {
        assertThat(new ConservationSearch(corridor.database).strays()).isEmpty();
    }

    @Test
    void takesTheMostUrgentLaneFirstAndOfEquallyUrgentOnesTheOldest() {
        var first = store(null, 0);
        var second = store("a", 5);
        var third = store(null, 9);
        var fourth = store("b", 5);
        var fifth = store(null, 0);

        assertThat(drainOneByOne()).containsExactly(third, second, fourth, first, fifth);
    }

    @Test
    void takesALaneForAsUrgentAsItsNextItemAndKeepsItsOrder() {
        var first = store("a", 0);
        var urgent = store("a", 9);
        var other = store("b", 1);
        var last = store("a", 0);

        assertThat(drainOneByOne()).containsExactly(other, first, urgent, last);
    }

    @Test
    void keepsThePriorityOfAJobThroughItsRetriesAlsoOfOneThatSharedABundle() {
        var failing = store(null, 7);
        var claimed = claimOne();
        var item = corridor.read(claimed.lane()).get(0);
        corridor.record(claimed, claimed.lane(), false, corridor.retry(item, Duration.ofMinutes(1)));
        var usual = store(null, 0);
        corridor.clock.advance(Duration.ofHours(1));
        var later = store(null, 3);

        assertThat(drainOneByOne()).containsExactly(failing, later, usual);
    }

    @Test
    void keepsThePriorityOfAJobThatWasScheduled() {
        var dueAt = corridor.clock.instant().plus(Duration.ofMinutes(1));
        storer.store(job(null, 4, "scheduled"), dueAt);
        var usual = store(null, 0);
        corridor.clock.advance(Duration.ofMinutes(2));
        storer.promote(10);

        assertThat(drainOneByOne()).hasSize(2).endsWith(usual);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bundlesUrgentJobsOfTransactionsApartFromTheOthers(boolean unique) {
        var rule = new UniqueRule(Lock.UNTIL_EXECUTED, null, null, 1, false, Conflict.LOG);
        EntryStorer.Expansion everyOtherIsUrgent = (rows, subscriptions) -> rows.stream()
                .map(row -> new EntryItem(
                        corridor.handlerId,
                        "g",
                        null,
                        row,
                        null,
                        List.of(),
                        null,
                        new EntryItem.Job(null, null, row.entryId() % 2 == 0 ? 9 : 0),
                        unique ? new UniqueClaim(rule, "orders", "key " + row.entryId()) : null))
                .toList();
        corridor.database.sql("""
                        INSERT INTO lanekeeper.outbox_entry (context, event_name, causality_key)
                        SELECT 'c', 'e', 'one'
                          FROM generate_series(1, 6)
                        """).update();

        new EntryStorer(corridor.database, new NoHandOver(), everyOtherIsUrgent, corridor.clock, Probe.NONE)
                .move(new Batch(
                        1,
                        31_000,
                        IntStream.range(0, OutboxStore.SHARDS).boxed().toList(),
                        10 * OutboxStore.SHARDS,
                        1 << 20));

        assertThat(corridor.count("lanekeeper.lane WHERE waiting = 3 AND priority = 9"))
                .isOne();
        assertThat(corridor.count("lanekeeper.lane WHERE waiting = 3 AND priority = 0"))
                .isOne();
        assertThat(corridor.count("lanekeeper.lane_item JOIN lanekeeper.lane USING (lane_id, priority)"))
                .isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"VACUUM ANALYZE", "ANALYZE", "VACUUM"})
    void readsAFewLanesToFindTheUrgentOnesWhateverIsKnownOfTheTable(String look) {
        corridor.claim(corridor.node());
        store(null, 0);
        drainOneByOne();
        corridor.database.sql(look + " lanekeeper.lane").update();
        corridor.database
                .sql("""
                        INSERT INTO lanekeeper.lane (lane_id, handler_id, waiting, due_at)
                        SELECT gen_random_uuid(), ?, 0, ? + n * interval '1 second'
                          FROM generate_series(-2000, 2000) AS n
                        """)
                .param(corridor.handlerId)
                .param(Database.timestamp(corridor.clock.instant()))
                .update();
        var urgent = store(null, 1);

        var before = corridor.readsSoFar();
        var claimed = claimOne();
        var read = corridor.readsSoFar() - before;

        assertThat(corridor.read(claimed.lane()).get(0).itemId()).isEqualTo(urgent);
        assertThat(read).isBetween(1L, 60L);
        corridor.database.sql("DELETE FROM lanekeeper.lane WHERE waiting = 0").update();
    }

    private long store(@Nullable String resource, int priority) {
        corridor.clock.advance(Duration.ofMillis(10));
        return ((StoredJob.Stored) storer.store(job(resource, priority, "x"), null)).id();
    }

    private NewJob job(@Nullable String resource, int priority, String label) {
        var now = corridor.clock.instant();
        return new NewJob(
                corridor.handlerId, "g", resource, null, List.of(), label, now, null, null, null, null, null, priority);
    }

    private List<Long> drainOneByOne() {
        var handled = new ArrayList<Long>();
        for (var claimed = claimOne(); !claimed.lanes().isEmpty(); claimed = claimOne()) {
            var item = corridor.read(claimed.lane()).get(0);
            handled.add(item.itemId());
            corridor.record(claimed, claimed.lane(), false, corridor.done(item));
        }
        return handled;
    }

    private Corridor.Claimed claimOne() {
        var node = corridor.node();
        var run = new Run(node, UUID.randomUUID());
        var lanes = new LaneClaimer(corridor.database, corridor.clock, Probe.NONE)
                .claim(
                        node,
                        Map.of(corridor.handlerId, 1),
                        ready -> Map.of(run.runId(), ready.get(corridor.handlerId)));
        return new Corridor.Claimed(run, lanes.getOrDefault(run.runId(), List.of()));
    }
}

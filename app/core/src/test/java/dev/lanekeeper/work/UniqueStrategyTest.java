package dev.lanekeeper.work;

import static dev.lanekeeper.work.UniqueDoors.DELAY;
import static dev.lanekeeper.work.UniqueDoors.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.work.StoredJob.Updated;
import dev.lanekeeper.work.UniqueDoors.Door;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of the one too many, at each door: jobs, records of Kafka, entries of the outbox. */
class UniqueStrategyTest {

    @RegisterExtension
    private final UniqueDoors doors = new UniqueDoors();

    private final Corridor corridor = doors.corridor;
    private final CorridorJobs jobs = doors.jobs;

    @ParameterizedTest
    @EnumSource(Door.class)
    void keepsDuplicatesOfABatchAndOfLaterOnesWithTheOneTheyLostTo(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.LOG);
        doors.come(door, rule, "a", "b", "a", "a");
        doors.come(door, rule, "a");

        assertThat(jobs.waiting()).containsExactly("a", "b");
        if (door != Door.JOB) {
            assertThat(corridor.count("lanekeeper.outcome JOIN lanekeeper.work_item USING (item_id) WHERE state = 4"
                            + " AND lost_to = (SELECT min(item_id) FROM lanekeeper.lane_item)"
                            + " AND reason LIKE 'duplicate of job %, which has the key a'"))
                    .isEqualTo(3);
        }
        assertThat(doors.conflicts()).containsExactly("DUPLICATE 3");
        jobs.finish();
        doors.come(door, rule, "a");
        assertThat(jobs.waiting()).containsExactly("a");
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void rejectsOrReplaces(Door door) {
        doors.come(door, rule(Lock.UNTIL_EXECUTED, Conflict.REJECT), "a", "a");
        assertThat(jobs.ended(State.REJECTED)).containsExactly("a");

        doors.come(door, rule(Lock.UNTIL_EXECUTED, Conflict.REPLACE), "b", "b");
        doors.come(door, rule(Lock.UNTIL_EXECUTED, Conflict.REPLACE), "c", "b", "b");

        assertThat(jobs.waiting()).containsExactly("a", "c", "b");
        assertThat(jobs.ended(State.DISCARDED)).containsExactly("b", "b", "b");
        assertThat(corridor.count("lanekeeper.work_item WHERE lost_to IS NULL"))
                .as("those that lost to nobody")
                .isEqualTo(3);
        assertThat(corridor.count("lanekeeper.unique_lock")).isEqualTo(3);
        assertThat(doors.conflicts()).containsExactlyInAnyOrder("REJECTED 1", "REPLACED 3");
        assertThat(doors.told()).noneMatch(d -> d.result() instanceof StoredJob.Duplicate);
    }

    @ParameterizedTest
    @EnumSource(Door.class)
    void givesTheNewPayloadToTheOneThatWaitsWhichKeepsItsPlace(Door door) {
        var rule = rule(Lock.UNTIL_EXECUTING, Conflict.UPDATE);
        doors.come(door, rule, "a/1", "b/1", "a/2");
        doors.come(door, rule, "a/3");
        doors.come(door, rule, "b/2");

        assertThat(jobs.waiting()).containsExactly("a/3", "b/2");
        assertThat(doors.last()).isInstanceOf(Updated.class);
        assertThat(jobs.ended(State.DISCARDED)).containsExactlyInAnyOrder("a/2", "a/3", "b/2");

        // What a run has taken takes a payload until its handler is called: the run is doors.told() to read it again.
        var claimed = corridor.claim(corridor.node());
        var read = corridor.read(claimed.lane()).get(0);
        doors.come(door, rule, "a/4");
        assertThat(doors.last()).isInstanceOf(Updated.class);
        var store = new UniqueStore(corridor.database);
        assertThat(store.executing(read.itemId(), corridor.clock.instant()))
                .hasValueSatisfying(begun -> assertThat(begun.renewed()).isTrue());
        assertThat(new WaitingItemSearch(corridor.database)
                        .renewed(read)
                        .event()
                        .value())
                .asString()
                .isEqualTo("a/4");

        doors.come(door, rule, "a/5");
        doors.come(door, rule, "a/6");
        assertThat(doors.last()).isInstanceOf(Updated.class);
        assertThat(jobs.waiting()).containsExactly("a/4", "b/2", "a/6");
    }

    @Test
    void givesNoPayloadToAJobOfAnotherHandler() {
        var rule = new UniqueRule(Lock.UNTIL_EXECUTING, null, null, 1, true, Conflict.UPDATE, DELAY, 3);
        var mail = new HandlerStore(corridor.database)
                .register(new HandlerStore.Registration("mail", "mail", null, "jobs"));
        doors.come(Door.JOB, rule, "a/order");

        var one = doors.job(rule, "a/mail");
        var other = new NewJob(
                mail, "mail", "lane", one.payload(), List.of(), null, corridor.clock.instant(), null, null, null);

        assertThat(doors.storer.store(other.with(new UniqueClaim(rule, "mail", "a")), null))
                .isInstanceOf(StoredJob.Duplicate.class);
        assertThat(jobs.waiting()).containsExactly("a/order");
    }

    @Test
    void storesRecordsOfOneBatchWithAndWithoutAKeyInTheirOrder() {
        var rule = rule(Lock.UNTIL_EXECUTED, Conflict.LOG);
        var items = new ArrayList<NewItem>();
        for (var n = 0; n < 20; n++) {
            items.add(doors.record("p/" + n, n % 3 == 0 ? null : new UniqueClaim(rule, "orders", "k" + n % 4)));
        }
        corridor.store(items.toArray(NewItem[]::new));

        assertThat(jobs.waiting())
                .containsExactly("p/0", "p/1", "p/2", "p/3", "p/4", "p/6", "p/7", "p/9", "p/12", "p/15", "p/18");
    }
}

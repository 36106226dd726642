package dev.lanekeeper.work;

import static dev.lanekeeper.work.Corridor.item;
import static dev.lanekeeper.work.Corridor.items;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.Corridor.Claimed;
import dev.lanekeeper.work.HandOver.Reservation;
import dev.lanekeeper.work.ItemStore.Placed;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.ProgressStore.Position;
import dev.lanekeeper.work.World.Form;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The forms of the protocol that come to mind first and are wrong, switched on in the product's own statements and steps. A
 * check that is silent with one of them would be worth nothing.
 */
class WrongFormsTest {

    /** What goes wrong in a form of the product; empty when nothing does. */
    private interface Trial {
        List<String> faults(Form form) throws InterruptedException;
    }

    private static void isNoticed(Trial trial, Form wrong) throws InterruptedException {
        assertThat(trial.faults(Form.PRODUCT)).isEmpty();
        assertThat(trial.faults(wrong)).isNotEmpty();
    }

    private static void isNoticed(Trial trial, Rewriting wrong) throws InterruptedException {
        isNoticed(trial, Form.of(wrong));
        assertThat(wrong.isApplied()).as("some statement was rewritten").isTrue();
    }

    /** That nothing goes wrong in the scene as it should be played is known from {@link InterleavingTest}. */
    private static Trial scene(Scene scene) {
        return form -> form.equals(Form.PRODUCT)
                ? List.of()
                : Interleaving.of(scene, form).faults();
    }

    private static Trial steps(Function<World, List<String>> steps) {
        return form -> steps.apply(new World(form));
    }

    @Test
    void insertingItemsBeforeLanesLetsALaterItemRunFirst() throws InterruptedException {
        var wrong = new Form(UnaryOperator.identity(), (corridor, handOver) -> new Changed(corridor, handOver) {
            @Override
            void writeInOrder(
                    KafkaBatch batch,
                    List<Placed> placed,
                    @Nullable Reservation reservation,
                    Map<UUID, List<OwnedLane>> owned) {
                addItems(batch, placed);
                addLanes(batch, placed, reservation, owned);
            }
        });

        isNoticed(scene(Scene.STORE_AND_STORE_IN_THE_SAME_LANES), wrong);
    }

    private static class Changed extends ItemStorer {
        Changed(Corridor corridor, HandOver handOver) {
            super(corridor.database, handOver, corridor.clock, Probe.NONE);
        }
    }

    @Test
    void wakingALaneForANewItemLetsItOvertakeTheHead() throws InterruptedException {
        var wrong = Rewriting.replacing(
                "SET waiting = l.waiting + excluded.waiting",
                "SET waiting = l.waiting + excluded.waiting",
                "SET due_at = least(l.due_at, excluded.due_at), waiting = l.waiting + excluded.waiting");

        isNoticed(scene(Scene.STORE_AND_RECORD_A_RETRY), wrong);
    }

    @Test
    void closingALaneUnlessItHasItemsStrandsTheOneThatIsBeingAdded() throws InterruptedException {
        UnaryOperator<String> withoutLock = new Rewriting(
                "WHERE lane_id = k.lane_id AND owner_run = ? AND epoch = k.epoch",
                text -> text.replace("FOR UPDATE", ""));
        UnaryOperator<String> inOneStatement = new Rewriting("DELETE FROM lanekeeper.lane WHERE ctid", text -> """
                        DELETE FROM lanekeeper.lane AS l
                         WHERE l.lane_id IN (SELECT lane_id FROM lanekeeper.lane WHERE ctid = ANY (?::tid[]))
                           AND NOT EXISTS (SELECT FROM lanekeeper.lane_item AS i WHERE i.lane_id = l.lane_id)
                        """);

        isNoticed(
                scene(Scene.STORE_AND_RECORD_THE_LAST_OF_A_LANE),
                Form.of(text -> inOneStatement.apply(withoutLock.apply(text))));
    }

    @Test
    void lockingLanesInAnotherOrderThanTheStorerDeadlocks() throws InterruptedException {
        var wrong = new Rewriting(
                "WHERE lane_id = k.lane_id AND owner_run = ? AND epoch = k.epoch",
                text -> text.replace(
                                "FROM unnest(?::uuid[], ?::bigint[])",
                                "FROM (SELECT * FROM unnest(?::uuid[], ?::bigint[])")
                        .replace(
                                "WITH ORDINALITY AS k (lane_id, epoch, place)",
                                "WITH ORDINALITY AS u (lane_id, epoch, place) ORDER BY place DESC) AS k"));

        isNoticed(WrongFormsTest::meetInTheMiddle, wrong);
    }

    /** A storer and a recorder of the same three lanes, both of whom somebody holds up at the second one. */
    private static List<String> meetInTheMiddle(Form form) throws InterruptedException {
        var world = new World(form);
        var resources = Stream.of("a", "b", "c")
                .sorted((x, y) -> LaneIds.LOCK_ORDER.compare(LaneIds.of("orders", x), LaneIds.of("orders", y)))
                .toList();
        for (var i = 0; i < 3; i++) {
            world.store(item(i, resources.get(i)));
        }
        var claimed = world.corridor.claim(world.corridor.node());
        var results = claimed.lanes().stream()
                .map(l -> new LaneResult(
                        l,
                        world.corridor.read(l).stream()
                                .map(world.corridor::done)
                                .toList(),
                        Next.RELEASE,
                        false))
                .toList();
        var second = LaneIds.of("orders", resources.get(1));
        var holder = Actor.heldBeforeCommit(
                "the holder",
                () -> world.corridor.database.inTransaction(() -> {
                    world.corridor
                            .database
                            .sql("SELECT waiting FROM lanekeeper.lane WHERE lane_id = ? FOR UPDATE")
                            .param(second)
                            .query(Integer.class)
                            .single();
                    return world.corridor.count("lanekeeper.node");
                }));
        var storer = new Actor(
                "the storer",
                0,
                () -> world.store(
                        new NewItem[] {item(3, resources.get(0)), item(4, resources.get(1)), item(5, resources.get(2))
                        }));
        var recorder =
                new Actor("the recorder", 0, () -> world.corridor.recorder().record(claimed.run(), 1, results));
        holder.startAndHold();
        storer.startAndLetRun(WrongFormsTest::isWaiting);
        recorder.startAndLetRun(WrongFormsTest::isWaiting);
        holder.goOn();
        for (var actor : List.of(holder, storer, recorder)) {
            actor.join();
        }
        var faults = new ArrayList<>(storer.clashes());
        faults.addAll(recorder.clashes());
        faults.addAll(world.faults());
        return faults;
    }

    private static boolean isWaiting(int backend) {
        return JdbcClient.create(Corridor.connections())
                .sql("SELECT cardinality(pg_blocking_pids(?)) > 0")
                .param(backend)
                .query(Boolean.class)
                .single();
    }

    @Test
    void readingOnFromTheLastFinishedItemNeverComesBackToAnEarlierOne() throws InterruptedException {
        var cursor = new Rewriting(
                "row_number() OVER so_far", text -> text.replaceFirst("WHERE lane_id = k\\.lane_id", """
                        WHERE lane_id = k.lane_id
                          AND item_id > coalesce((SELECT max(o.item_id)
                                                    FROM lanekeeper.outcome AS o
                                                    JOIN lanekeeper.work_item AS w USING (item_id)
                                                   WHERE w.lane_id = k.lane_id), 0)
                        """));

        isNoticed(scene(Scene.RETRY_AND_STORE), cursor);
    }

    @Test
    void subtractingTheChunkInsteadOfWhatWasRemovedLosesALaneWithItsItems() throws InterruptedException {
        var chunk = "unnest(?::uuid[], ?::bigint[]) AS k (lane_id, item_id)";
        var wrong = new Rewriting(
                "DELETE FROM lanekeeper.lane_item AS i", text -> """
                WITH k AS MATERIALIZED (SELECT * FROM %s),
                gone AS (%s)
                SELECT lane_id, item_id FROM k
                """.formatted(chunk, text.replace(chunk, "k")));
        var anyway = new Rewriting(
                "INSERT INTO lanekeeper.outcome",
                text -> text.contains("gone") ? text : text.stripTrailing() + " ON CONFLICT DO NOTHING");

        isNoticed(steps(WrongFormsTest::recordTheSameTwice), Form.of(text -> wrong.apply(anyway.apply(text))));
        assertThat(wrong.isApplied()).isTrue();
    }

    /** As a run does that does not know whether its commit has succeeded. */
    private static List<String> recordTheSameTwice(World world) {
        world.store(items(0, 4, "a"));
        var claimed = world.corridor.claim(world.corridor.node());
        var read = world.corridor.read(claimed.lane());
        for (var time = 0; time < 2; time++) {
            world.corridor.record(
                    claimed, claimed.lane(), true, world.corridor.done(read.get(0)), world.corridor.done(read.get(1)));
        }
        var faults = world.faults();
        faults.addAll(world.faultsAtTheEnd(4));
        return faults;
    }

    @Test
    void claimingWithoutHoldingTheNodeLeavesLanesToOneThatIsGone() throws InterruptedException {
        var wrong = Rewriting.replacing("FOR KEY SHARE", "FOR KEY SHARE", "");

        isNoticed(scene(Scene.CLAIM_AND_DIE_AND_RESCUE), wrong);
    }

    @Test
    void storingForANodeWithoutHoldingItLeavesLanesToOneThatIsGone() throws InterruptedException {
        var wrong = Rewriting.replacing("FOR KEY SHARE", "FOR KEY SHARE", "");

        isNoticed(scene(Scene.HAND_OVER_AND_DIE_AND_RESCUE), wrong);
    }

    @Test
    void guardingResultsWithoutTheEpochLetsAnEarlierLifeOfTheRunRecord() throws InterruptedException {
        var wrong = Rewriting.replacing(
                "WHERE lane_id = k.lane_id AND owner_run = ? AND epoch = k.epoch",
                "AND epoch = k.epoch",
                "AND k.epoch IS NOT NULL");

        isNoticed(steps(WrongFormsTest::claimTwiceByTheSameRun), wrong);
    }

    /** The job of a run is repeated under its id while the thread of its first try is frozen. */
    private static List<String> claimTwiceByTheSameRun(World world) {
        world.store(items(0, 2, "a"));
        var silent = world.corridor.node();
        var frozen = world.corridor.claim(silent);
        var read = world.corridor.read(frozen.lane());
        world.silence(silent);
        var other = world.corridor.node();
        world.rescue(other);
        var again = new LaneClaimer(world.corridor.database, world.corridor.clock, Probe.NONE)
                .claim(
                        other,
                        Map.of(world.corridor.handlerId, 10),
                        ready -> Map.of(frozen.run().runId(), ready.get(world.corridor.handlerId)));
        var owned = again.get(frozen.run().runId());
        var successor = new Claimed(new Run(other, frozen.run().runId()), owned);
        var faults = new ArrayList<String>();
        if (world.record(frozen, frozen.lane(), read, Next.KEEP)) {
            faults.add("a stale owner has recorded");
        }
        if (!world.record(successor, successor.lane(), read, Next.KEEP)) {
            faults.add("the owner could not record");
        }
        return faults;
    }

    @Test
    void rescuingByAgeTakesLanesFromTheLiving() throws InterruptedException {
        var wrong = new Rewriting(
                "SELECT l.lane_id, l.epoch",
                text -> text.substring(0, text.indexOf("AND NOT EXISTS"))
                        + "AND l.due_at < clock_timestamp() + interval '1000 years'");

        isNoticed(
                steps(world -> {
                    world.store(items(0, 2, "a"));
                    var slow = world.corridor.node();
                    var claimed = world.corridor.claim(slow);
                    var read = world.corridor.read(claimed.lane());
                    world.corridor.clock.advance(Duration.ofHours(1));
                    var other = world.corridor.node();
                    world.rescue(other);
                    world.run(other);
                    return world.record(claimed, claimed.lane(), read, Next.RELEASE)
                            ? List.of()
                            : List.of("a living owner lost its lane");
                }),
                wrong);
    }

    @Test
    void askingForTheOwnersRowUnderTheLockTakesALaneFromItsNextOwner() throws InterruptedException {
        var wrong = new Rewriting(
                "owner_node IS NOT NULL AND epoch = k.epoch",
                text -> text.replace("FROM lanekeeper.lane\n", "FROM lanekeeper.lane AS m\n")
                        .replace("AND epoch = k.epoch", """
                                AND k.epoch IS NOT NULL
                                AND NOT EXISTS (SELECT FROM lanekeeper.node AS n WHERE n.node_id = m.owner_node)
                                """)
                        .replace("FOR UPDATE", "FOR UPDATE OF m"));

        isNoticed(WrongFormsTest::freeWhatHasFoundANewOwner, wrong);
    }

    /** A rescue waits for the first of two lanes; meanwhile the second is given back, and claimed by a living node. */
    private static List<String> freeWhatHasFoundANewOwner(Form form) throws InterruptedException {
        var world = new World(form);
        var resources = Stream.of("a", "b")
                .sorted((x, y) -> LaneIds.LOCK_ORDER.compare(LaneIds.of("orders", x), LaneIds.of("orders", y)))
                .toList();
        world.store(item(0, resources.get(0)), item(1, resources.get(1)));
        var dead = world.corridor.node();
        var stale = world.corridor.claim(dead);
        var second = stale.lanes().stream()
                .filter(l -> l.laneId().equals(LaneIds.of("orders", resources.get(1))))
                .findFirst()
                .orElseThrow();
        world.corridor.nodes.delete(dead);
        var storer = Actor.heldBeforeCommit("the storer", () -> world.store(item(2, resources.get(0))));
        var rescuer = new Actor("the rescuer", 0, () -> world.rescue(world.corridor.node()));
        storer.startAndHold();
        rescuer.startAndLetRun(WrongFormsTest::isWaiting);
        world.corridor.record(stale, second, false);
        var next = world.corridor.claim(world.corridor.node());
        var read = world.corridor.read(next.lane());
        storer.goOn();
        storer.join();
        rescuer.join();
        return world.record(next, next.lane(), read, Next.RELEASE)
                ? List.of()
                : List.of("a living owner lost its lane");
    }

    @Test
    void notCheckingTheGenerationLetsAnOldConsumerSkipWhatANewOneReadsAgain() throws InterruptedException {
        var wrong = new Form(UnaryOperator.identity(), (corridor, handOver) -> new Changed(corridor, handOver) {
            @Override
            boolean isFenced(PartitionClaim claim, Map<Place, Position> positions) {
                return false;
            }
        });

        isNoticed(
                steps(world -> {
                    world.corridor.assign(0, 1, 100);
                    new ProgressStore(world.corridor.database, world.corridor.clock)
                            .reset(world.corridor.handlerId, Corridor.TOPIC, 0, 0);
                    world.store(1, items(100, 103, "a"));
                    world.store(2, items(0, 103, "a"));
                    return world.faultsAtTheEnd(103);
                }),
                wrong);
    }

    @Test
    void failingABatchForOneLostPartitionLosesTheOthers() throws InterruptedException {
        isNoticed(steps(WrongFormsTest::loseOnePartition), fencing((batch, fenced) -> List.of()));
    }

    @Test
    void storingABatchInSpiteOfOneLostPartitionStoresWhatSomebodyElseOwns() throws InterruptedException {
        isNoticed(steps(WrongFormsTest::loseOnePartition), fencing((batch, fenced) -> batch.items()));
    }

    private interface Fencing {
        List<NewItem> ours(KafkaBatch batch, List<PartitionClaim> fenced);
    }

    private static Form fencing(Fencing fencing) {
        return new Form(UnaryOperator.identity(), (corridor, handOver) -> new Changed(corridor, handOver) {
            @Override
            List<NewItem> notFenced(KafkaBatch batch, List<PartitionClaim> fenced) {
                return fenced.isEmpty() ? super.notFenced(batch, fenced) : fencing.ours(batch, fenced);
            }
        });
    }

    /** Partition 0 was taken over and begins again at 0; partition 1 is still ours. */
    private static List<String> loseOnePartition(World world) {
        world.corridor.assign(1, 1, 0);
        new ProgressStore(world.corridor.database, world.corridor.clock)
                .reset(world.corridor.handlerId, Corridor.TOPIC, 0, 0);
        world.store(1, item(0, 5, "a"), item(1, 0, "b"));
        world.store(2, items(0, 6, "a"));
        return world.faultsAtTheEnd(7);
    }

    @Test
    void purgingWhatIsNotLockedDeletesWhatSomebodyHasJustReopened() throws InterruptedException {
        isNoticed(
                scene(Scene.PURGE_AND_RETRY_WHAT_IS_DISCARDED),
                Rewriting.replacing("AND o.state IN (1, 4, 5)", "FOR UPDATE SKIP LOCKED", ""));
    }

    @Test
    void repeatingWithoutALockStoresAnItemThatNobodyCanFind() throws InterruptedException {
        isNoticed(
                scene(Scene.PURGE_AND_REPEAT_WHAT_IS_DONE),
                Rewriting.replacing("SELECT payload_removed_at IS NULL", "FOR UPDATE", ""));
    }

    @Test
    void reopeningWithoutALookAtThePayloadHandlesATombstoneThatNeverWas() throws InterruptedException {
        isNoticed(
                scene(Scene.REMOVE_PAYLOADS_AND_RETRY_WHAT_IS_DISCARDED),
                Rewriting.replacing("AND payload_removed_at IS NULL", "AND payload_removed_at IS NULL", ""));
    }
}

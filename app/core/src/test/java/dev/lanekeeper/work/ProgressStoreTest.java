package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.work.ProgressStore.Place;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where a consumer goes on with a partition that it is assigned, and what that does to its predecessor. */
class ProgressStoreTest {

    private static final UUID TOPIC_ID = new UUID(7, 7);

    private Corridor corridor;
    private ProgressStore progress;

    @BeforeEach
    void open() {
        corridor = Corridor.open();
        progress = new ProgressStore(corridor.database, corridor.clock);
    }

    @Test
    void aHandlerThatIsNewToBothBeginsWhereItSays() {
        var start = take(offer(null, false));
        assertThat(start.nextOffset()).isEqualTo(10);
        assertThat(start.claim().generation()).isEqualTo(1);
        assertThat(start.lost()).isZero();
        assertThat(start.setFromOutside()).isFalse();
    }

    @Test
    void itBeginsOnlyOnceWhereItSays() {
        take(offer(null, false));
        corridor.database
                .sql("UPDATE lanekeeper.partition_progress SET next_offset = 50")
                .update();
        var again = take(offer(null, false));
        assertThat(again.nextOffset()).isEqualTo(50);
        assertThat(again.claim().generation()).isEqualTo(2);
    }

    @Test
    void anOffsetWithOurMarkCountsLessThanTheDatabaseWhicheverIsAhead() {
        take(offer(null, false));
        corridor.database
                .sql("UPDATE lanekeeper.partition_progress SET next_offset = 50")
                .update();
        assertThat(take(offer(40L, true)).nextOffset()).isEqualTo(50);
        assertThat(take(offer(60L, true)).nextOffset()).isEqualTo(50);
    }

    @Test
    void anOffsetThatSomebodySetResetsTheProgressForwardsAndBackwards() {
        take(offer(null, false));
        corridor.database
                .sql("UPDATE lanekeeper.partition_progress SET next_offset = 50")
                .update();
        var back = take(offer(20L, false));
        assertThat(back.nextOffset()).isEqualTo(20);
        assertThat(back.previousOffset()).isEqualTo(50);
        assertThat(back.setFromOutside()).isTrue();
        assertThat(take(offer(70L, false)).nextOffset()).isEqualTo(70);
        assertThat(column("next_offset")).isEqualTo(70);
    }

    @Test
    void anExistingGroupIsTakenOver() {
        var start = take(offer(30L, false));
        assertThat(start.nextOffset()).isEqualTo(30);
        assertThat(start.setFromOutside()).isTrue();
    }

    @Test
    void offsetsThatTheBrokerNoLongerHasAreCountedAsLost() {
        take(offer(null, false));
        var start = take(new PartitionOffer(new Place("fresh", 0), TOPIC_ID, 10L, true, 0, 35, null));
        assertThat(start.lost()).isEqualTo(25);
        assertThat(start.nextOffset()).isEqualTo(35);
        assertThat(column("lost_at_broker")).isEqualTo(25);
        assertThat(corridor.database
                        .sql("SELECT sum(lost_at_broker) FROM lanekeeper.tally")
                        .query(Long.class)
                        .single())
                .isEqualTo(25);
    }

    @Test
    void aLogThatWasCutOffMovesTheProgressBack() {
        take(offer(null, false));
        corridor.database
                .sql("UPDATE lanekeeper.partition_progress SET next_offset = 50")
                .update();
        var start = take(new PartitionOffer(new Place("fresh", 0), TOPIC_ID, 50L, true, 0, 0, 45L));
        assertThat(start.nextOffset()).isEqualTo(45);
    }

    @Test
    void aRecreatedTopicStopsThePartitionUntilAPersonResetsIt() {
        take(offer(null, false));
        var other = new PartitionOffer(new Place("fresh", 0), new UUID(8, 8), null, false, 0, 0, null);
        assertThat(take(other).stoppedReason()).contains("deleted and created again");
        assertThat(take(other).stoppedReason()).contains("deleted and created again");
        assertThat(progress.reset(corridor.handlerId, "fresh", 0, 3)).isTrue();
        var start = take(other);
        assertThat(start.stoppedReason()).isNull();
        assertThat(start.nextOffset()).isEqualTo(3);
        assertThat(take(other).stoppedReason()).isNull();
        assertThat(take(offer(null, false)).stoppedReason()).contains("deleted and created again");
    }

    @Test
    void anOffsetSetInARecreatedTopicStartsItToo() {
        take(offer(null, false));
        var other = new PartitionOffer(new Place("fresh", 0), new UUID(8, 8), 2L, false, 0, 0, null);
        assertThat(take(other).stoppedReason()).isNull();
        assertThat(column("next_offset")).isEqualTo(2);
    }

    @Test
    void takingResettingAndStoppingFenceWhoeverHadThePartition() {
        corridor.assign(0, 1, 0);
        var place = new Place(Corridor.TOPIC, 0);
        assertThat(corridor.store(Corridor.item(0, "a")).stored()).isEqualTo(1);
        progress.take(corridor.handlerId, 1, List.of(new PartitionOffer(place, topicId(), null, false, 0, 0, null)));
        assertThat(corridor.store(Corridor.item(1, "a")).fenced()).hasSize(1);

        var second = corridor.storer().store(corridor.batch(2, Corridor.item(1, "a")));
        assertThat(second.stored()).isEqualTo(1);
        progress.reset(corridor.handlerId, Corridor.TOPIC, 0, 0);
        assertThat(corridor.storer()
                        .store(corridor.batch(2, Corridor.item(2, "a")))
                        .fenced())
                .hasSize(1);
        progress.stop(corridor.handlerId, Corridor.TOPIC, 0, "by hand");
        assertThat(corridor.storer()
                        .store(corridor.batch(3, Corridor.item(2, "a")))
                        .fenced())
                .hasSize(1);
        assertThat(progress.generations(corridor.handlerId)).containsEntry(place, 4L);
    }

    @Test
    void severalPartitionsAreTakenAtOnceInAnyOrder() {
        var offers = List.of(
                new PartitionOffer(new Place("b", 1), TOPIC_ID, null, false, 5, 0, null),
                new PartitionOffer(new Place("a", 0), TOPIC_ID, 9L, false, 0, 0, null),
                new PartitionOffer(new Place("b", 0), TOPIC_ID, null, false, 6, 0, null));
        var starts = progress.take(corridor.handlerId, 1, offers);
        assertThat(starts).extracting(PartitionStart::nextOffset).containsExactly(5L, 9L, 6L);
        assertThat(starts).extracting(s -> s.claim().topic()).containsExactly("b", "a", "b");
    }

    private static PartitionOffer offer(@Nullable Long committed, boolean ours) {
        return new PartitionOffer(new Place("fresh", 0), TOPIC_ID, committed, ours, 10, 0, null);
    }

    private PartitionStart take(PartitionOffer offer) {
        return progress.take(corridor.handlerId, 1, List.of(offer)).get(0);
    }

    private long column(String name) {
        return corridor.database
                .sql("SELECT " + name + " FROM lanekeeper.partition_progress WHERE topic = 'fresh'")
                .query(Long.class)
                .single();
    }

    private UUID topicId() {
        return corridor.database
                .sql("SELECT topic_id FROM lanekeeper.partition_progress WHERE topic = 'orders'")
                .query(UUID.class)
                .single();
    }
}

package dev.lanekeeper.intake.kafka;

import static dev.lanekeeper.intake.kafka.LoopBench.P0;
import static dev.lanekeeper.intake.kafka.LoopBench.P1;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.handler.HandlerDefinition.StartFrom;
import dev.lanekeeper.intake.kafka.ConsumerLoop.Limits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The poll loop between a played Kafka and a played database. */
class ConsumerLoopTest {

    private final LoopBench bench = new LoopBench();

    @AfterEach
    void close() {
        bench.close();
    }

    @Test
    void storesABacklogInSlicesOfExactlyTheFlushSizeAndTheRestOnStop() {
        bench.start(P0).produce(P0, 0, 35);
        soon().until(() -> bench.database.sizes().equals(List.of(10, 10, 10)));
        assertThat(bench.offset(P0)).isLessThanOrEqualTo(30);

        assertThat(bench.stop(Duration.ofSeconds(5))).isTrue();
        assertThat(bench.database.sizes()).containsExactly(10, 10, 10, 5);
        assertThat(bench.offset(P0)).isEqualTo(35);
        assertThat(bench.kafka.closed()).isTrue();
    }

    @Test
    void countsTheRecordsOfAllPartitionsAndKeepsTheOrderOfEach() {
        bench.start(P0, P1);
        bench.produce(P0, 0, 17);
        bench.produce(P1, 0, 23);
        soon().until(() -> bench.database.sizes().equals(List.of(10, 10, 10, 10)));
        assertThat(bench.database.offsets(P0))
                .containsExactlyElementsOf(LongStream.range(0, 17).boxed().toList());
        assertThat(bench.database.offsets(P1))
                .containsExactlyElementsOf(LongStream.range(0, 23).boxed().toList());
    }

    @Test
    void storesWhenTheBytesAreReached() {
        bench.flush = new FlushSettings(1000, 2000, null);
        bench.start(P0).produce(P0, 0, 30);
        soon().until(() -> bench.database.sizes().stream().mapToInt(n -> n).sum() >= 20);
        assertThat(bench.database.sizes()).allMatch(n -> n < 10);
    }

    @Test
    void storesARecordThatIsLargerThanTheFlushBytesAlone() {
        bench.flush = new FlushSettings(1000, 10, null);
        bench.start(P0).produce(P0, 0, 3);
        soon().until(() -> bench.database.sizes().equals(List.of(1, 1, 1)));
    }

    @Test
    void storesWhatIsOldEnough() {
        bench.flush = new FlushSettings(1000, 1 << 20, Duration.ofMillis(50));
        bench.start(P0).produce(P0, 0, 3);
        soon().until(() -> bench.database.sizes().equals(List.of(3)));
        soon().until(() -> bench.offset(P0) == 3);
    }

    @Test
    void keepsWhatIsTooYoungAndTooLittle() {
        bench.start(P0).produce(P0, 0, 9);
        soon().until(() -> bench.kafka.position(P0) == 9);
        var polls = bench.kafka.polls.get();
        soon().until(() -> bench.kafka.polls.get() > polls + 200);
        assertThat(bench.database.batches).isEmpty();
    }

    @Test
    void takesNewFlushSettingsWhileRunning() {
        bench.start(P0).produce(P0, 0, 9);
        soon().until(() -> bench.kafka.position(P0) == 9);
        bench.flush = new FlushSettings(3, 1 << 20, null);
        soon().until(() -> bench.database.sizes().equals(List.of(3, 3, 3)));
    }

    @Test
    void commitsNothingBeforeItIsStored() {
        bench.database.held = new CountDownLatch(1);
        bench.start(P0).produce(P0, 0, 10);
        soon().until(() -> bench.database.attempts.get() == 1);
        var polls = bench.kafka.polls.get();
        soon().until(() -> bench.kafka.polls.get() > polls + 100);
        assertThat(bench.offset(P0)).isZero();
        bench.database.held.countDown();
        soon().until(() -> bench.offset(P0) == 10);
        assertThat(bench.committed(P0).metadata()).isEqualTo(LoopBench.MARK);
    }

    @Test
    void commitsTheOffsetAfterTheLastRecordAlthoughOffsetsHaveGaps() {
        bench.flush = new FlushSettings(3, 1 << 20, null);
        bench.start(P0);
        bench.onPoll(() -> List.of(4L, 90L, 700L).forEach(o -> bench.kafka.addRecord(LoopBench.record(P0, o, "v"))));
        soon().until(() -> bench.offset(P0) == 701);
    }

    @Test
    void repeatsTheSameBatchWhileTheDatabaseIsAwayAndGoesOnPolling() {
        bench.start(P0, P1);
        bench.database.answering.set(false);
        bench.produce(P0, 0, 10);
        soon().until(() -> bench.database.attempts.get() >= 3);
        assertThat(bench.pauses).contains(PauseReason.DATABASE_AWAY);
        assertThat(bench.kafka.fetched()).isEmpty();
        var polls = bench.kafka.polls.get();
        soon().until(() -> bench.kafka.polls.get() > polls + 100);
        bench.produce(P1, 0, 10);
        bench.database.answering.set(true);
        soon().until(() -> bench.database.sizes().equals(List.of(10, 10)));
        soon().until(() -> bench.offset(P0) == 10 && bench.offset(P1) == 10);
    }

    @Test
    void storesAndCommitsBeforeAPartitionIsGivenUp() {
        bench.start(P0, P1);
        bench.produce(P0, 0, 4);
        bench.produce(P1, 0, 4);
        soon().until(() -> bench.kafka.position(P0) == 4 && bench.kafka.position(P1) == 4);
        bench.assign(P1);
        assertThat(bench.database.offsets(P0)).containsExactly(0L, 1L, 2L, 3L);
        assertThat(bench.database.offsets(P1)).isEmpty();
        assertThat(bench.offset(P0)).isEqualTo(4);
        assertThat(bench.told).contains("revoked 0");

        var commits = bench.kafka.history.size();
        bench.produce(P1, 4, 10);
        soon().until(() -> bench.offset(P1) == 10);
        assertThat(bench.kafka.history.subList(commits, bench.kafka.history.size()))
                .noneMatch(c -> c.containsKey(P0));
    }

    @Test
    void waitsForTheBatchUnderWayBeforeAPartitionIsGivenUp() {
        bench.start(P0);
        bench.database.held = new CountDownLatch(1);
        bench.produce(P0, 0, 12);
        soon().until(() -> bench.database.attempts.get() == 1);
        new Thread(() -> {
                    soon().until(() -> bench.database.attempts.get() == 1);
                    bench.database.held.countDown();
                })
                .start();
        bench.assign();
        assertThat(bench.offset(P0)).isEqualTo(12);
    }

    @Test
    void dropsALostPartitionWithoutCommittingIt() {
        bench.start(P0, P1);
        bench.produce(P0, 0, 4);
        soon().until(() -> bench.kafka.position(P0) == 4);
        bench.lose(P0);
        bench.stop(Duration.ofSeconds(5));
        assertThat(bench.told).contains("lost 0");
        assertThat(bench.database.offsets(P0)).isEmpty();
        assertThat(bench.offset(P0)).isZero();
    }

    @Test
    void leavesALostPartitionOutOfTheBatchThatIsRepeated() {
        bench.start(P0, P1);
        bench.database.answering.set(false);
        bench.produce(P0, 0, 5);
        bench.produce(P1, 0, 5);
        soon().until(() -> bench.database.attempts.get() >= 1);
        bench.lose(P0);
        bench.database.answering.set(true);
        soon().until(() -> bench.offset(P1) == 5);
        assertThat(bench.database.offsets(P0)).isEmpty();
    }

    @Test
    void mayBeToldTheSameTwice() {
        bench.start(P0);
        bench.produce(P0, 0, 4);
        soon().until(() -> bench.kafka.position(P0) == 4);
        bench.onPoll(() -> {
            bench.kafka.listener.onPartitionsRevoked(List.of(P0));
            bench.kafka.listener.onPartitionsLost(List.of(P0));
            bench.kafka.listener.onPartitionsRevoked(List.of(P0));
            bench.kafka.rebalance(List.of());
        });
        soon().until(() -> bench.kafka.assignment().isEmpty());
        assertThat(bench.database.offsets(P0)).hasSize(4);
        assertThat(bench.told).containsExactly("revoked 0");
        assertThat(bench.death.get()).isNull();
    }

    @Test
    void goesOnFromTheDatabaseWithANewGenerationAfterItWasFenced() {
        bench.start(P0, P1);
        bench.database.generations.merge(P0, 1L, Long::sum);
        bench.database.next.put(P0, 7L);
        bench.produce(P0, 0, 5);
        bench.produce(P1, 0, 5);
        soon().until(() -> bench.told.contains("fenced 0"));
        assertThat(bench.database.offsets(P1)).hasSize(5);
        soon().until(() ->
                bench.kafka.position(P0) == 7 && bench.kafka.fetched().contains(P0));
        assertThat(bench.kafka.history)
                .noneMatch(c -> c.containsKey(P0) && c.get(P0).offset() == 5);
        bench.produce(P0, 7, 17);
        soon().until(() -> bench.offset(P0) == 17);
        assertThat(bench.database.offsets(P0))
                .containsExactlyElementsOf(LongStream.range(7, 17).boxed().toList());
    }

    @Test
    void pausesWhenTooMuchIsBufferedAndResumesWhenHalfIsStored() {
        bench.limits = new Limits(30, 1 << 20);
        bench.kafka.setMaxPollRecords(10);
        bench.start(P0);
        bench.database.held = new CountDownLatch(1);
        bench.produce(P0, 0, 200);
        soon().until(() -> bench.pauses.contains(PauseReason.BUFFER_FULL));
        assertThat(bench.kafka.position(P0)).isBetween(30L, 50L);
        var polls = bench.kafka.polls.get();
        soon().until(() -> bench.kafka.polls.get() > polls + 50);
        assertThat(bench.kafka.position(P0)).isLessThanOrEqualTo(50L);
        bench.database.held.countDown();
        soon().until(() -> bench.offset(P0) == 200);
    }

    @Test
    void fetchesNothingWhileAPersonHasPausedItButStoresWhatItHas() {
        bench.start(P0).produce(P0, 0, 10);
        soon().until(() -> bench.offset(P0) == 10);
        bench.intakePaused.set(true);
        soon().until(() -> bench.kafka.fetched().isEmpty());
        bench.produce(P0, 10, 20);
        var polls = bench.kafka.polls.get();
        soon().until(() -> bench.kafka.polls.get() > polls + 50);
        assertThat(bench.kafka.position(P0)).isEqualTo(10);
        bench.intakePaused.set(false);
        soon().until(() -> bench.offset(P0) == 20);
    }

    @Test
    void pausesAtMaxWaitingAndResumesAtFourFifths() {
        bench.start(P0);
        bench.waiting.set(100);
        soon().until(() -> bench.kafka.fetched().isEmpty());
        bench.waiting.set(81);
        var polls = bench.kafka.polls.get();
        soon().until(() -> bench.kafka.polls.get() > polls + 50);
        assertThat(bench.kafka.fetched()).isEmpty();
        bench.waiting.set(80);
        soon().until(() -> bench.kafka.fetched().contains(P0));
    }

    @Test
    void aNewPartitionStaysPausedUntilTheDatabaseAnswers() {
        bench.database.answering.set(false);
        bench.start();
        bench.assign(P0);
        bench.produce(P0, 0, 10);
        var polls = bench.kafka.polls.get();
        soon().until(() -> bench.kafka.polls.get() > polls + 100);
        assertThat(bench.kafka.fetched()).isEmpty();
        bench.database.answering.set(true);
        soon().until(() -> bench.offset(P0) == 10);
    }

    @Test
    void aMarkedOffsetCountsLessThanTheDatabase() {
        bench.kafka.commits.put(P0, new OffsetAndMetadata(3, LoopBench.MARK));
        bench.database.next.put(P0, 6L);
        bench.start(P0);
        assertThat(bench.kafka.position(P0)).isEqualTo(6);
        soon().until(() -> bench.offset(P0) == 6);
    }

    @Test
    void anOffsetThatSomebodySetCountsMoreAndIsMarkedBeforeAnythingIsStored() {
        bench.kafka.commits.put(P0, new OffsetAndMetadata(3, ""));
        bench.database.next.put(P0, 6L);
        bench.start(P0);
        assertThat(bench.kafka.position(P0)).isEqualTo(3);
        assertThat(bench.kafka.history).containsExactly(Map.of(P0, new OffsetAndMetadata(3, LoopBench.MARK)));
        assertThat(bench.told).contains("repositioned 6 -> 3");
        assertThat(bench.database.batches).isEmpty();
    }

    @Test
    void readsNothingUntilAnOffsetThatSomebodySetIsMarked() {
        bench.kafka.commits.put(P0, new OffsetAndMetadata(3, ""));
        bench.kafka.commitFailure.set(new RebalanceInProgressException());
        bench.start();
        bench.assign(P0);
        var polls = bench.kafka.polls.get();
        soon().until(() -> bench.kafka.polls.get() > polls + 100);
        assertThat(bench.kafka.fetched()).isEmpty();
        bench.kafka.commitFailure.set(null);
        soon().until(() -> bench.kafka.fetched().contains(P0));
        assertThat(bench.committed(P0).metadata()).isEqualTo(LoopBench.MARK);
    }

    @Test
    void aNewHandlerStartsWhereItSays() {
        bench.handler = TestHandler.named(LoopBench.TOPIC).startFrom(StartFrom.LATEST);
        bench.kafka.ends.put(P0, 500L);
        bench.start(P0);
        assertThat(bench.kafka.position(P0)).isEqualTo(500);
    }

    @Test
    void offsetsThatTheBrokerDeletedAreCountedAndReadingGoesOnAtTheEarliest() {
        bench.start(P0).produce(P0, 0, 4);
        soon().until(() -> bench.kafka.position(P0) == 4);
        bench.onPoll(() -> bench.kafka.updateBeginningOffsets(Map.of(P0, 50L)));
        bench.produce(P0, 50, 60);
        soon().until(() -> bench.told.contains("lost at broker 46"));
        bench.produce(P0, 50, 60);
        soon().until(() -> bench.offset(P0) == 60);
        assertThat(bench.database.offsets(P0)).startsWith(0L, 1L, 2L, 3L, 50L);
    }

    @Test
    void aCommitThatFailsIsTriedAgainAndStopsNothing() {
        bench.start(P0);
        bench.kafka.commitFailure.set(new CommitFailedException());
        bench.produce(P0, 0, 20);
        soon().until(() -> bench.database.sizes().equals(List.of(10, 10)));
        bench.kafka.commitFailure.set(null);
        soon().until(() -> bench.offset(P0) == 20);
        assertThat(bench.death.get()).isNull();
    }

    @Test
    void endsInTimeAlthoughTheDatabaseIsAwayAndCommitsNothing() {
        bench.start(P0);
        bench.database.answering.set(false);
        bench.produce(P0, 0, 25);
        soon().until(() -> bench.database.attempts.get() >= 1);
        var begun = System.nanoTime();
        assertThat(bench.stop(Duration.ofSeconds(2))).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
        assertThat(bench.offset(P0)).isZero();
        assertThat(bench.kafka.closed()).isTrue();
    }

    @Test
    void anUnknownErrorEndsItAfterItHasStoredWhatItHad() {
        bench.start(P0).produce(P0, 0, 4);
        soon().until(() -> bench.kafka.position(P0) == 4);
        bench.onPoll(() -> {
            throw new IllegalArgumentException("unknown");
        });
        soon().until(() -> bench.death.get() != null);
        assertThat(bench.offset(P0)).isEqualTo(4);
        assertThat(bench.kafka.closed()).isTrue();
    }

    private static ConditionFactory soon() {
        return await().atMost(10, SECONDS).pollInterval(Duration.ofMillis(5));
    }
}

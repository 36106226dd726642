package dev.lanekeeper.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.lanekeeper.lock.RemoteLocks;
import dev.lanekeeper.run.ActiveRun.PendingLane;
import dev.lanekeeper.work.BundleSplitter;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LaneResult;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.OwnedLane;
import dev.lanekeeper.work.Probe;
import dev.lanekeeper.work.Recorded;
import dev.lanekeeper.work.ResultRecorder;
import dev.lanekeeper.work.Run;
import dev.lanekeeper.work.WaitingItemSearch;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class RunWatchTest {

    /** Never asked. */
    private static final Database DATABASE = new Database(new DriverManagerDataSource(), "lanekeeper");

    private final OwnedLane lane = new OwnedLane(UUID.randomUUID(), 1, 1, false, null);
    private final ActiveRun run = new ActiveRun(new Run(1, UUID.randomUUID()), 1, 0, List.of(lane));
    private final ListenerGuard listeners = new ListenerGuard(List.of());
    private final SlowRecorder recorder = new SlowRecorder();
    private final NoSupply supply = new NoSupply();
    private final ResultKeeper keeper = new ResultKeeper(recorder, supply, listeners, RemoteLocks.NONE);
    private final ActiveRuns runs = new ActiveRuns();
    private final RunWatch watch = new RunWatch(
            new RunWatch.Means(
                    runs,
                    keeper,
                    recorder,
                    new BundleSplitter(DATABASE, Clock.systemUTC()),
                    supply,
                    listeners,
                    new WaitingItemSearch(DATABASE),
                    RemoteLocks.NONE),
            new RunSettings(Duration.ofSeconds(2), 5_000, 256, Duration.ofMillis(100), 1 << 20, Duration.ofMinutes(5)));

    @Test
    void takesNoLaneAwayWhoseResultsAreBeingRecorded() throws InterruptedException {
        runs.add(run);
        run.enter(lane, List.of(7L), new Chunk(lane, false));
        run.leave(new PendingLane(new LaneResult(lane, List.of(), Next.KEEP, false), List.of()));
        var worker = new Thread(() -> keeper.record(run));
        worker.start();
        recorder.awaitEntered();

        watch.giveBack(run, Set.of(lane.laneId()));

        assertThat(run.holds(lane.laneId())).isTrue();
        assertThat(recorder.recorded).hasSize(1);
        recorder.release.countDown();
        worker.join(TimeUnit.SECONDS.toMillis(10));
        watch.giveBack(run, Set.of(lane.laneId()));
        assertThat(recorder.recorded).as("now it is given back").hasSize(2);
    }

    /** Keeps whoever records waiting until the test lets go. */
    private static final class SlowRecorder extends ResultRecorder {

        private final List<LaneResult> recorded = new CopyOnWriteArrayList<>();
        private final CountDownLatch release = new CountDownLatch(1);

        SlowRecorder() {
            super(DATABASE, Clock.systemUTC(), Probe.NONE);
        }

        void awaitEntered() {
            await().atMost(Duration.ofSeconds(10)).until(() -> !recorded.isEmpty());
        }

        @Override
        public Recorded record(Run run, int slot, List<LaneResult> results) {
            recorded.addAll(results);
            try {
                assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new Recorded(Set.of(results.get(0).lane().laneId()), Set.of(), Set.of(), List.of(), 0);
        }
    }

    private static final class NoSupply implements RunSupply {

        @Override
        public @Nullable ActiveRun adopt(UUID runId) {
            return null;
        }

        @Override
        public List<OwnedLane> next(ActiveRun run) {
            return List.of();
        }

        @Override
        public boolean mayRun(int handlerId) {
            return true;
        }

        @Override
        public boolean shouldYield(ActiveRun run) {
            return false;
        }

        @Override
        public void settled(Recorded recorded) {}

        @Override
        public void measured(int handlerId, long nanos) {}

        @Override
        public void ended(ActiveRun run) {}
    }
}

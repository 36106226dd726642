package dev.lanekeeper.work;

import dev.lanekeeper.lock.LockContract;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.LaneStore.Assignment;
import dev.lanekeeper.work.RunLocker.Answer;
import dev.lanekeeper.work.RunLocker.Asker;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** The locks of the database keep the contract of all locks; they are those of a lane and its epoch. */
class DatabaseLocksTest extends LockContract {

    private final Corridor corridor = Corridor.open();
    private final ResultRecorder recorder = corridor.recorder();
    private final RunLocker locker = new RunLocker(corridor.database, recorder, corridor.clock);
    private final LaneStore lanes = new LaneStore(corridor.database, corridor.clock);
    private final AtomicInteger parties = new AtomicInteger();

    @Override
    protected Party party() {
        return new LaneParty();
    }

    @Override
    protected void passes(Duration time) {
        corridor.clock.advance(time);
    }

    private final class LaneParty implements Party {

        private final String resource = "r" + parties.incrementAndGet();
        private final UUID laneId = LaneIds.of("orders", resource);
        private final Run run = new Run(corridor.node(), UUID.randomUUID());
        private OwnedLane lane;
        private Answer.Taken taken;

        LaneParty() {
            corridor.store(Corridor.item(parties.get(), resource));
        }

        @Override
        public boolean takes(LockNeed... needs) {
            if (lane == null) {
                lane = corridor.database
                        .inTransaction(() -> lanes.own(run.nodeId(), List.of(new Assignment(laneId, run.runId()))))
                        .get(0)
                        .lane();
            }
            var item = corridor.read(lane).get(0);
            if (locker.take(new Asker(run, 1, lane, item, false), List.of(needs), true) instanceof Answer.Taken t) {
                taken = t;
                return true;
            }
            lane = null;
            return false;
        }

        @Override
        public long token() {
            return taken.token();
        }

        @Override
        public boolean records() {
            var result = new LaneResult(lane, List.of(), Next.RELEASE, false, taken.held());
            var recorded = recorder.record(run, 1, List.of(result));
            return recorded.lost().isEmpty();
        }

        @Override
        public void dies() {
            corridor.database
                    .sql("UPDATE lanekeeper.node SET renewed_at = renewed_at - interval '1 minute' WHERE node_id = ?")
                    .param(run.nodeId())
                    .update();
            corridor.rescuer().rescue(corridor.node(), Duration.ofSeconds(10));
        }

        @Override
        public boolean holds(LockNeed need) {
            return corridor.database
                    .sql("SELECT EXISTS (SELECT FROM lanekeeper.run_lock WHERE digest = ?)")
                    .param(need.digest())
                    .query(Boolean.class)
                    .single();
        }

        @Override
        public void isRobbed(LockNeed need) {
            corridor.database
                    .sql("DELETE FROM lanekeeper.run_lock WHERE digest = ?")
                    .param(need.digest())
                    .update();
        }
    }
}

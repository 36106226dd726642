package dev.lanekeeper.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.lock.LockContract;
import dev.lanekeeper.work.Corridor.Claimed;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.LaneStore.Assignment;
import dev.lanekeeper.work.RunLocker.Answer;
import dev.lanekeeper.work.RunLocker.Asker;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The locks of the database keep the contract of all locks; they are those of a lane and its epoch. */
class DatabaseLocksTest extends LockContract {

    private final Corridor corridor = Corridor.open();
    private final ResultRecorder recorder = corridor.recorder();
    private final RunLocker locker = new RunLocker(corridor.database, recorder, corridor.clock);
    private final LaneStore lanes = new LaneStore(corridor.database, corridor.clock);
    private final AtomicInteger parties = new AtomicInteger();

    @Test
    void givesNothingToARunThatHasLostItsLaneAndTakesNothingFromTheNextOne() {
        corridor.store(Corridor.item(0, "r"));
        var dead = corridor.node();
        var stale = corridor.claim(dead);
        silence(dead);
        corridor.rescuer().rescue(corridor.node(), Duration.ofSeconds(10));
        var next = corridor.claim(corridor.node());
        var taken = (Answer.Taken) take(next);

        assertThat(take(stale)).isInstanceOf(Answer.Gone.class);

        assertThat(take(stale, "another")).isInstanceOf(Answer.Gone.class);
        assertThat(corridor.count("lanekeeper.run_lock")).isOne();
        var result = new LaneResult(next.lane(), List.of(), Next.RELEASE, false, taken.held());
        assertThat(recorder.record(next.run(), 1, List.of(result)).lost()).isEmpty();
    }

    private Answer take(Claimed claimed) {
        return take(claimed, "lock");
    }

    private Answer take(Claimed claimed, String lock) {
        var asker = new Asker(
                claimed.run(), 1, claimed.lane(), corridor.read(claimed.lane()).get(0), false);
        return locker.take(asker, List.of(LockNeed.of(lock)), true);
    }

    private void silence(long node) {
        corridor.database
                .sql("UPDATE lanekeeper.node SET renewed_at = renewed_at - interval '1 minute' WHERE node_id = ?")
                .param(node)
                .update();
    }

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
            silence(run.nodeId());
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

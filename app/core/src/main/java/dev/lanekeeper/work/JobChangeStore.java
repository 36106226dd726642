package dev.lanekeeper.work;

import dev.lanekeeper.work.JobStore.PlacedJob;
import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.util.List;

/** The statements with which a person changes a job that is scheduled. */
public final class JobChangeStore {

    private final ScheduledJobStore scheduled;
    private final JobStore jobs;
    private final UniqueStore locks;
    private final ClaimStore claims;
    private final ThrottleStore throttle;
    private final TallyStore tallies;
    private final Clock clock;

    public JobChangeStore(Database database, Clock clock) {
        this.scheduled = new ScheduledJobStore(database);
        this.jobs = new JobStore(database);
        this.locks = new UniqueStore(database);
        this.claims = new ClaimStore(database);
        this.throttle = new ThrottleStore(database);
        this.tallies = new TallyStore(database, clock);
        this.clock = clock;
    }

    /**
     * Keeps it as an item that is DISCARDED: a new one, or the event that was put off, which is one already. False when it is
     * scheduled no more.
     */
    public boolean discard(long jobId, String reason) {
        if (!scheduled.lock(jobId)) {
            return false;
        }
        throttle.leave(jobId);
        var job = scheduled.take(jobId).orElse(null);
        if (job == null) {
            return false;
        }
        var original = job.repeats();
        if (original != null) {
            jobs.cancel(original, jobId, reason);
        }
        claims.inherit(original == null ? store(job, reason) : original, jobId);
        locks.release(List.of(jobId), List.of());
        return true;
    }

    private long store(NewJob job, String reason) {
        var lane = job.resource() == null ? LaneIds.bundle(clock) : LaneIds.of(job.laneGroup(), job.resource());
        var id = jobs.insertEnded(
                clock.instant(), new PlacedJob(lane, job), new JobStore.End(State.DISCARDED, reason, null));
        tallies.add(
                ItemChangeStore.NO_NODE,
                TallyStore.PEOPLE,
                List.of(new Tally(job.handlerId())
                        .add(Count.CONSUMED, 1)
                        .add(Count.STORED, 1)
                        .add(Count.DISCARDED, 1)));
        return id;
    }
}

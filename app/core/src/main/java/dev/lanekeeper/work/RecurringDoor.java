package dev.lanekeeper.work;

import dev.lanekeeper.work.JobStore.End;
import dev.lanekeeper.work.RecurringStore.Due;
import dev.lanekeeper.work.UniqueDecision.Fate;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes the jobs of those that recur; nobody waits for an answer, so every one leaves an item, and is remembered as the last. */
final class RecurringDoor extends BatchDoor<Due> {

    private final RecurringStore recurring;
    private final JobDoor jobs;

    RecurringDoor(JobBatch batch, UniqueBatch.Stores stores, RecurringStore recurring) {
        super(batch, stores);
        this.recurring = recurring;
        this.jobs = new JobDoor(batch, stores);
    }

    static Arrival<Due> arrival(Due due) {
        var job = due.job();
        return new Arrival<>(
                due, job.handlerId(), job.laneGroup(), job.resource(), job.bytes(), false, job.claim(), null, 0);
    }

    @Override
    public boolean dropsDuplicates() {
        return false;
    }

    @Override
    public List<UUID> place(List<Arrival<Due>> entering) {
        return jobs.place(entering.stream()
                .map(a -> JobDoor.arrival(a.work().job(), null))
                .toList());
    }

    @Override
    public List<Long> insert(List<Due> entering, List<UUID> laneIds) {
        return remember(entering, jobs.insert(jobs(entering), laneIds));
    }

    @Override
    public List<Long> insertEnded(List<Due> ended, List<UUID> laneIds, List<End> ends) {
        return remember(ended, jobs.insertEnded(jobs(ended), laneIds, ends));
    }

    @Override
    public List<Long> schedule(List<Due> later, List<Fate.IsPutOff> until, List<@Nullable Long> repeats) {
        return remember(later, jobs.schedule(jobs(later), until, repeats));
    }

    private List<Long> remember(List<Due> due, List<Long> ids) {
        recurring.remember(due, ids);
        return ids;
    }

    private static List<NewJob> jobs(List<Due> due) {
        return due.stream().map(Due::job).toList();
    }
}

package dev.lanekeeper.work;

import dev.lanekeeper.work.JobStore.End;
import dev.lanekeeper.work.ScheduledJobStore.Taken;
import dev.lanekeeper.work.Tally.Count;
import dev.lanekeeper.work.UniqueDecision.Fate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes what was put off for the lock of another and claims it again, in the transaction that has locked its rows. */
final class DueDoor extends BatchDoor<Taken> {

    private final JobDoor jobs;

    DueDoor(JobBatch batch, UniqueBatch.Stores stores) {
        super(batch, stores);
        this.jobs = new JobDoor(batch, stores);
    }

    static Arrival<Taken> arrival(Taken taken) {
        var job = taken.job();
        return new Arrival<>(
                taken,
                job.handlerId(),
                job.laneGroup(),
                job.resource(),
                job.bytes(),
                false,
                job.claim(),
                null,
                taken.hops());
    }

    @Override
    public boolean dropsDuplicates() {
        return false;
    }

    @Override
    public List<UUID> place(List<Arrival<Taken>> entering) {
        return jobs.place(entering.stream()
                .map(a -> JobDoor.arrival(a.work().job(), null))
                .toList());
    }

    @Override
    public List<Long> insert(List<Taken> entering, List<UUID> laneIds) {
        stores.scheduled().remove(entering.stream().map(Taken::jobId).toList());
        return jobs.insert(entering.stream().map(Taken::job).toList(), laneIds);
    }

    /** An event that was put off is kept as a discarded item already. */
    @Override
    public List<Long> insertEnded(List<Taken> ended, List<UUID> laneIds, List<End> ends) {
        stores.scheduled().remove(ended.stream().map(Taken::jobId).toList());
        var ids = new ArrayList<Long>();
        for (var n = 0; n < ended.size(); n++) {
            var original = ended.get(n).job().repeats();
            if (original == null) {
                ids.addAll(
                        jobs.insertEnded(List.of(ended.get(n).job()), List.of(laneIds.get(n)), List.of(ends.get(n))));
            } else {
                stores.jobs().giveUp(original, ends.get(n).reason(), ends.get(n).lostTo());
                ids.add(original);
            }
        }
        return ids;
    }

    @Override
    public List<Long> schedule(List<Taken> later, List<Fate.IsPutOff> until, List<@Nullable Long> repeats) {
        var dueAt = new LinkedHashMap<Long, Instant>();
        for (var n = 0; n < later.size(); n++) {
            dueAt.put(later.get(n).jobId(), until.get(n).dueAt());
        }
        stores.scheduled().putOff(dueAt);
        return List.copyOf(dueAt.keySet());
    }

    @Override
    public void count(Taken work, int bytes, Fate fate, boolean isEvent, Tally tally) {
        if (work.job().repeats() == null) {
            jobs.count(work.job(), bytes, fate, false, tally);
        } else if (fate instanceof Fate.Enters) {
            tally.add(Count.STORED, 1).add(Count.REPEATED, 1);
        }
    }
}

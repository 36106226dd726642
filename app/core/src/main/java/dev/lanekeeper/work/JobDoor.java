package dev.lanekeeper.work;

import dev.lanekeeper.work.JobStore.End;
import dev.lanekeeper.work.JobStore.PlacedJob;
import dev.lanekeeper.work.ScheduledJobStore.NewScheduled;
import dev.lanekeeper.work.UniqueDecision.Fate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes jobs that are enqueued outside a transaction of the application, whose caller waits for the answer. */
class JobDoor extends BatchDoor<NewJob> {

    JobDoor(JobBatch batch, UniqueBatch.Stores stores) {
        super(batch, stores);
    }

    static Arrival<NewJob> arrival(NewJob job, @Nullable Instant dueAt) {
        return new Arrival<>(
                job, job.handlerId(), job.laneGroup(), job.resource(), job.bytes(), false, job.claim(), dueAt, 0);
    }

    @Override
    public boolean dropsDuplicates() {
        return true;
    }

    @Override
    public List<UUID> place(List<Arrival<NewJob>> entering) {
        return batch.place(entering.stream().map(Arrival::work).toList()).stream()
                .map(PlacedJob::laneId)
                .toList();
    }

    @Override
    public List<Long> insert(List<NewJob> entering, List<UUID> laneIds) {
        return stores.jobs().insert(stores.clock().instant(), placed(entering, laneIds));
    }

    @Override
    public List<Long> insertEnded(List<NewJob> ended, List<UUID> laneIds, List<End> ends) {
        return stores.jobs().insertEnded(stores.clock().instant(), placed(ended, laneIds), ends);
    }

    private static List<PlacedJob> placed(List<NewJob> jobs, List<UUID> laneIds) {
        return IntStream.range(0, jobs.size())
                .mapToObj(n -> new PlacedJob(laneIds.get(n), jobs.get(n)))
                .toList();
    }

    @Override
    public List<Long> schedule(List<NewJob> later, List<Fate.IsPutOff> until, List<@Nullable Long> repeats) {
        var scheduled = new ArrayList<NewScheduled>();
        for (var n = 0; n < later.size(); n++) {
            scheduled.add(NewScheduled.of(later.get(n), until.get(n)));
        }
        return stores.scheduled().insert(scheduled);
    }
}

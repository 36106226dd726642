package dev.lanekeeper.work;

import dev.lanekeeper.work.LaneStore.Addition;
import java.util.List;
import java.util.UUID;

/** A door whose lanes, counts and workers are those of a batch of jobs. */
abstract class BatchDoor<T> implements UniqueBatch.Door<T> {

    final JobBatch batch;
    final UniqueBatch.Stores stores;

    BatchDoor(JobBatch batch, UniqueBatch.Stores stores) {
        this.batch = batch;
        this.stores = stores;
    }

    @Override
    public void tally(List<Tally> tallies) {
        batch.tally(tallies);
    }

    @Override
    public void reserve(List<Addition> additions) {
        batch.reserve(additions);
    }

    @Override
    public void own(List<UUID> ready) {
        batch.own(ready);
    }
}

package dev.lanekeeper.work;

import dev.lanekeeper.work.ItemStore.Placed;
import dev.lanekeeper.work.JobStore.End;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.ScheduledJobStore.NewScheduled;
import dev.lanekeeper.work.UniqueDecision.Fate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Writes records of Kafka of one handler; every one leaves an item, since its offset will be passed. */
final class RecordDoor implements UniqueBatch.Door<NewItem> {

    private final KafkaBatch batch;
    private final UniqueBatch.Stores stores;
    private final ItemStore items;
    private final Steps steps;

    /** What is known of the transaction that it is a part of. */
    interface Steps {

        List<UUID> lanes(List<NewItem> items);

        /** Gives lanes that are ready, and locked, to runs with a worker. */
        void own(List<UUID> ready);

        /** With what the records add that are kept though they have lost. */
        Consumer<Tally> tally();
    }

    RecordDoor(KafkaBatch batch, UniqueBatch.Stores stores, ItemStore items, Steps steps) {
        this.batch = batch;
        this.stores = stores;
        this.items = items;
        this.steps = steps;
    }

    Arrival<NewItem> arrival(NewItem item) {
        return new Arrival<>(
                item, batch.handlerId(), batch.laneGroup(), item.resource(), item.bytes(), true, item.claim(), null, 0);
    }

    @Override
    public boolean dropsDuplicates() {
        return false;
    }

    @Override
    public List<UUID> place(List<Arrival<NewItem>> entering) {
        return steps.lanes(entering.stream().map(Arrival::work).toList());
    }

    @Override
    public void tally(List<Tally> tallies) {
        tallies.forEach(steps.tally());
    }

    /** Workers were set aside before the transaction. */
    @Override
    public void reserve(List<Addition> additions) {}

    @Override
    public void own(List<UUID> ready) {
        steps.own(ready);
    }

    @Override
    public List<Long> insert(List<NewItem> entering, List<UUID> laneIds) {
        return items.insertKafkaTellingIds(batch.handlerId(), stores.clock().instant(), placed(entering, laneIds));
    }

    @Override
    public List<Long> insertEnded(List<NewItem> ended, List<UUID> laneIds, List<End> ends) {
        var now = stores.clock().instant();
        var lostTo = new ArrayList<@Nullable Long>();
        ends.forEach(e -> lostTo.add(e.lostTo()));
        var ids = items.insertLostKafka(batch.handlerId(), now, placed(ended, laneIds), lostTo);
        stores.jobs().end(now, ids, Collections.nCopies(ids.size(), batch.handlerId()), ends);
        return ids;
    }

    private static List<Placed> placed(List<NewItem> items, List<UUID> laneIds) {
        return IntStream.range(0, items.size())
                .mapToObj(n -> new Placed(laneIds.get(n), items.get(n)))
                .toList();
    }

    @Override
    public List<Long> schedule(List<NewItem> later, List<Fate.IsPutOff> until, List<@Nullable Long> repeats) {
        var scheduled = new ArrayList<NewScheduled>();
        for (var n = 0; n < later.size(); n++) {
            var item = later.get(n);
            var original = repeats.get(n);
            if (original == null) {
                throw new IllegalStateException("a record was put off without an item of its own");
            }
            var job = NewJob.again(batch.handlerId(), batch.laneGroup(), item.resource(), item.polledAt(), original)
                    .with(item.claim());
            scheduled.add(NewScheduled.of(job, until.get(n)));
        }
        return stores.scheduled().insert(scheduled);
    }
}

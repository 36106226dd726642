package dev.lanekeeper.work;

import dev.lanekeeper.work.EntryWriter.PlacedEntry;
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

/** Writes entries of the outbox, and jobs that come as such; nobody waits for an answer, so every one leaves an item. */
final class EntryDoor extends BatchDoor<EntryItem> {

    private final ItemStore items;

    EntryDoor(JobBatch batch, UniqueBatch.Stores stores, ItemStore items) {
        super(batch, stores);
        this.items = items;
    }

    static Arrival<EntryItem> arrival(EntryItem item, Instant now) {
        var job = item.job();
        return new Arrival<>(
                item,
                item.handlerId(),
                item.laneGroup(),
                item.resource(),
                item.bytes(),
                job == null,
                item.claim(),
                item.isDue(now) || job == null ? null : job.dueAt(),
                0);
    }

    @Override
    public boolean dropsDuplicates() {
        return false;
    }

    @Override
    public List<UUID> place(List<Arrival<EntryItem>> entering) {
        return batch.lanes(entering.stream().map(Arrival::work).toList());
    }

    @Override
    public List<Long> insert(List<EntryItem> entering, List<UUID> laneIds) {
        var now = stores.clock().instant();
        return Alike.inTurn(
                placed(entering, laneIds),
                p -> p.item().job() != null,
                (isJob, those) ->
                        isJob ? stores.jobs().insert(now, jobs(those)) : items.insertEntriesTellingIds(now, those));
    }

    @Override
    public List<Long> insertEnded(List<EntryItem> ended, List<UUID> laneIds, List<End> ends) {
        var now = stores.clock().instant();
        var placed = placed(ended, laneIds);
        var numbers = IntStream.range(0, placed.size()).boxed().toList();
        return Alike.inTurn(
                numbers,
                n -> placed.get(n).item().job() != null,
                (isJob, those) -> insertEnded(
                        now,
                        isJob,
                        those.stream().map(placed::get).toList(),
                        those.stream().map(ends::get).toList()));
    }

    private List<Long> insertEnded(Instant now, boolean isJob, List<PlacedEntry> placed, List<End> ends) {
        if (isJob) {
            return stores.jobs().insertEnded(now, jobs(placed), ends);
        }
        var lostTo = new ArrayList<@Nullable Long>();
        ends.forEach(e -> lostTo.add(e.lostTo()));
        var ids = items.insertLostEntries(now, placed, lostTo);
        stores.jobs()
                .end(now, ids, placed.stream().map(p -> p.item().handlerId()).toList(), ends);
        return ids;
    }

    private static List<PlacedEntry> placed(List<EntryItem> entries, List<UUID> laneIds) {
        return IntStream.range(0, entries.size())
                .mapToObj(n -> new PlacedEntry(laneIds.get(n), entries.get(n)))
                .toList();
    }

    private static List<PlacedJob> jobs(List<PlacedEntry> placed) {
        return placed.stream()
                .map(p -> new PlacedJob(p.laneId(), p.item().asJob()))
                .toList();
    }

    @Override
    public List<Long> schedule(List<EntryItem> later, List<Fate.IsPutOff> until, List<@Nullable Long> repeats) {
        var scheduled = new ArrayList<NewScheduled>();
        for (var n = 0; n < later.size(); n++) {
            var item = later.get(n);
            var original = repeats.get(n);
            var job = original == null
                    ? item.asJob()
                    : NewJob.again(
                                    item.handlerId(),
                                    item.laneGroup(),
                                    item.resource(),
                                    item.entry().createdAt(),
                                    original)
                            .with(item.claim());
            scheduled.add(NewScheduled.of(job, until.get(n)));
        }
        return stores.scheduled().insert(scheduled);
    }
}

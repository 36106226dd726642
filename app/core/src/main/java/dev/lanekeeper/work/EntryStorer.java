package dev.lanekeeper.work;

import dev.lanekeeper.work.JobStore.PlacedJob;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.UniqueJob.NotReplaceable;
import java.time.Clock;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;

/**
 * Moves outbox entries into the corridor, each shard under its lock, in one transaction (T1): entries taken, lanes, items, in
 * this order. An entry leaves the outbox only with its items.
 *
 * <p>Called by the movers on their own threads. After it returns the transaction is committed.
 */
public final class EntryStorer {

    private static final Logger log = LoggerFactory.getLogger(EntryStorer.class);

    private final Database database;
    private final OutboxStore outbox;
    private final LaneStore lanes;
    private final ItemStore items;
    private final JobStore jobs;
    private final ScheduledJobStore scheduled;
    private final JobBatch.Stores jobStores;
    private final UniqueJob.Stores others;
    private final TallyStore tallies;
    private final NodeStore nodes;
    private final HandOver handOver;
    private final Expansion expansion;
    private final Clock clock;
    private final Probe probe;

    /** Says of which handlers each entry becomes an item; calls no code of users. */
    public interface Expansion {

        /** In the order of the entries; at least one item for each. */
        List<EntryItem> items(List<OutboxRow> entries, List<Subscription> subscriptions);

        /** After the commit: a job with a claim was stored, or met another with the same key. */
        default void decided(UniqueClaim claim, StoredJob result) {}
    }

    public EntryStorer(Database database, HandOver handOver, Expansion expansion, Clock clock, Probe probe) {
        this.database = database;
        this.outbox = new OutboxStore(database);
        this.lanes = new LaneStore(database, clock);
        this.items = new ItemStore(database);
        this.jobs = new JobStore(database);
        this.scheduled = new ScheduledJobStore(database);
        this.jobStores = new JobBatch.Stores(jobs, lanes, new TallyStore(database, clock), clock, probe);
        this.others = new UniqueJob.Stores(
                new UniqueStore(database),
                scheduled,
                new ItemChangeStore(database, clock),
                new LaneChangeStore(database, clock));
        this.tallies = new TallyStore(database, clock);
        this.nodes = new NodeStore(database);
        this.handOver = handOver;
        this.expansion = expansion;
        this.clock = clock;
        this.probe = probe;
    }

    /**
     * What is to be moved.
     *
     * @param entries how many at most, shared among the shards that can be locked
     * @param bytes how many bytes of content at most, likewise; at least one entry is taken of each shard
     * @param slot keeps the tally rows of concurrent movers of a node apart
     */
    public record Batch(long nodeId, int slot, Collection<Integer> shards, int entries, long bytes) {

        private Batch of(Collection<Integer> others, int fewer) {
            return new Batch(nodeId, slot, others, fewer, bytes);
        }
    }

    /**
     * What was moved.
     *
     * @param busy shards that somebody else was moving
     * @param unfinished shards that may have more
     * @param refused of the entries, those that the database refused and that were stored as failures instead
     */
    public record Moved(Set<Integer> busy, Set<Integer> unfinished, int entries, int items, int refused) {

        private Moved and(Moved next) {
            return new Moved(
                    union(busy, next.busy),
                    union(unfinished, next.unfinished),
                    entries + next.entries,
                    items + next.items,
                    refused + next.refused);
        }

        private static Set<Integer> union(Set<Integer> one, Set<Integer> other) {
            var both = new HashSet<>(one);
            both.addAll(other);
            return both;
        }
    }

    /**
     * Moves the first entries of these shards. What the database refuses is narrowed down until one entry stands alone; that
     * one is stored as a failure.
     *
     * @throws DataAccessException when the database is away; what was moved is no longer in the outbox
     */
    public Moved move(Batch batch) {
        try {
            return moveOnce(batch, Form.WHOLE, "");
        } catch (UniqueAmongOthers e) {
            return moveApart(batch, e);
        } catch (NotReplaceable e) {
            return moveUnreplacing(batch);
        } catch (DataAccessException e) {
            if (!Database.isRefusal(e)) {
                throw e;
            }
            return narrow(batch, e);
        }
    }

    /** A batch has a job that claims to be the only one; its key is locked before all lanes, so it is moved alone. */
    private static final class UniqueAmongOthers extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int before;

        UniqueAmongOthers(int before) {
            super("a unique job is moved alone", null, false, false);
            this.before = before;
        }
    }

    private Moved moveUnreplacing(Batch batch) {
        try {
            return moveOnce(batch, Form.UNREPLACING, "");
        } catch (UniqueAmongOthers e) {
            return moveApart(batch, e);
        }
    }

    /** First what comes before it, then that one, each in a transaction of its own; the rest is for the next turn. */
    private Moved moveApart(Batch batch, UniqueAmongOthers e) {
        if (batch.shards().size() > 1) {
            return batch.shards().stream()
                    .map(shard -> move(batch.of(List.of(shard), batch.entries())))
                    .reduce(Moved::and)
                    .orElseThrow();
        }
        var first = e.before == 0 ? null : move(batch.of(batch.shards(), e.before));
        var alone = move(batch.of(batch.shards(), 1));
        return first == null ? alone : first.and(alone);
    }

    /** How much of an entry is stored. */
    private enum Form {
        WHOLE,
        /** As a job that leaves others where they are. */
        UNREPLACING,
        FAILED,
        BARE
    }

    private Moved narrow(Batch batch, DataAccessException refusal) {
        if (batch.shards().size() > 1) {
            return batch.shards().stream()
                    .map(shard -> move(batch.of(List.of(shard), batch.entries())))
                    .reduce(Moved::and)
                    .orElseThrow();
        }
        return batch.entries() > 1 ? move(batch.of(batch.shards(), batch.entries() / 2)) : moveRefused(batch, refusal);
    }

    private Moved moveRefused(Batch batch, DataAccessException refusal) {
        var why = "the database refused to move this entry: "
                + NestedExceptionUtils.getMostSpecificCause(refusal).getMessage();
        log.atError()
                .addKeyValue("shard", batch.shards())
                .setCause(refusal)
                .log("The database refused an outbox entry; it is stored as a failure");
        try {
            return moveOnce(batch, Form.FAILED, why);
        } catch (DataAccessException again) {
            if (!Database.isRefusal(again)) {
                throw again;
            }
            return moveOnce(batch, Form.BARE, why);
        }
    }

    private Moved moveOnce(Batch batch, Form form, String why) {
        var workers = new ReservedWorkers(handOver, lanes, nodes);
        Written written;
        try {
            written = database.inTransaction(() -> {
                workers.release();
                return write(batch, workers, new Shape(form, why));
            });
        } catch (RuntimeException | Error e) {
            workers.release();
            throw e;
        }
        probe.reached(Step.STORE_COMMITTED);
        workers.start(written.owned());
        probe.reached(Step.HANDED_OVER);
        var decided = written.decided();
        if (decided != null) {
            expansion.decided(decided.claim(), decided.result());
        }
        return written.moved();
    }

    private record Shape(Form form, String why) {

        EntryItem of(EntryItem item) {
            return switch (form) {
                case WHOLE -> item;
                case UNREPLACING -> item.unreplacing();
                case FAILED -> item.withError(why);
                case BARE -> item.bare(why);
            };
        }
    }

    private record Written(
            Moved moved,
            Map<UUID, List<OwnedLane>> owned,
            @Nullable Decided decided) {

        Written(Moved moved, Map<UUID, List<OwnedLane>> owned) {
            this(moved, owned, null);
        }
    }

    private record Decided(UniqueClaim claim, StoredJob result) {}

    private Written write(Batch batch, ReservedWorkers workers, Shape shape) {
        probe.reached(Step.STORE_BEGUN);
        database.guardLanes();
        var locked = outbox.lock(batch.shards());
        var busy = new HashSet<>(batch.shards());
        locked.forEach(busy::remove);
        if (locked.isEmpty()) {
            return new Written(new Moved(busy, Set.of(), 0, 0, 0), Map.of());
        }
        var limits =
                new OutboxStore.Limits(Math.max(1, batch.entries() / locked.size()), batch.bytes() / locked.size());
        var entries = outbox.take(locked, limits);
        var expanded = expand(entries, shape);
        if (expanded.stream().anyMatch(EntryItem::isUnique)) {
            return writeUnique(batch, new Taken(busy, locked, entries), expanded, workers);
        }
        var placed = place(scheduleOthers(expanded));
        // Last, so that runs which record results in the same lanes wait for as little as possible.
        tallies.add(batch.nodeId(), batch.slot(), tally(placed));
        var owned = insert(placed, workers);
        probe.reached(Step.STORE_BEFORE_COMMIT);
        var refused = shape.form() == Form.FAILED || shape.form() == Form.BARE ? entries.size() : 0;
        var moved = new Moved(busy, unfinished(entries, limits), entries.size(), placed.size(), refused);
        return new Written(moved, owned);
    }

    private record Taken(Set<Integer> busy, List<Integer> locked, List<OutboxRow> entries) {}

    private static int entriesBeforeUnique(List<OutboxRow> entries, List<EntryItem> expanded) {
        var unique = expanded.stream()
                .filter(EntryItem::isUnique)
                .findFirst()
                .orElseThrow()
                .entry();
        return (int) entries.stream()
                .takeWhile(entry -> entry.entryId() != unique.entryId())
                .count();
    }

    private Written writeUnique(Batch batch, Taken taken, List<EntryItem> expanded, ReservedWorkers workers) {
        if (expanded.size() > 1) {
            throw new UniqueAmongOthers(entriesBeforeUnique(taken.entries(), expanded));
        }
        var item = expanded.get(0);
        var jobBatch = new JobBatch(jobStores, workers, handOver, new JobBatch.Teller(batch.nodeId(), batch.slot()));
        var job = item.asJob();
        var stored = new UniqueJob(others, jobBatch, true)
                .store(
                        job,
                        item.isDue(clock.instant())
                                ? null
                                : Objects.requireNonNull(item.job()).dueAt());
        probe.reached(Step.STORE_BEFORE_COMMIT);
        return new Written(
                new Moved(
                        taken.busy(),
                        new HashSet<>(taken.locked()),
                        taken.entries().size(),
                        1,
                        0),
                jobBatch.owned(),
                new Decided(Objects.requireNonNull(job.claim()), stored));
    }

    /** Those that gave as much as they could; where a large entry has cut them short unseen, the next look finds the rest. */
    private static Set<Integer> unfinished(List<OutboxRow> entries, OutboxStore.Limits limits) {
        return entries.stream().collect(Collectors.groupingBy(OutboxRow::shard)).entrySet().stream()
                .filter(e -> e.getValue().size() >= limits.perShard()
                        || e.getValue().stream().mapToLong(OutboxRow::length).sum() > limits.bytesPerShard() / 2)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    /** After the entries: a handler that was registered before one of them was written is found. */
    private List<EntryItem> expand(List<OutboxRow> entries, Shape shape) {
        return entries.isEmpty()
                ? List.of()
                : expansion.items(entries, outbox.subscriptions()).stream()
                        .map(shape::of)
                        .toList();
    }

    /** Jobs for later go to those that wait for their time. */
    private List<EntryItem> scheduleOthers(List<EntryItem> expanded) {
        var now = clock.instant();
        if (expanded.stream().allMatch(item -> item.isDue(now))) {
            return expanded;
        }
        expanded.stream()
                .filter(item -> !item.isDue(now))
                .forEach(item -> scheduled.insert(
                        item.asJob(),
                        Objects.requireNonNull(
                                Objects.requireNonNull(item.job()).dueAt())));
        return expanded.stream().filter(item -> item.isDue(now)).toList();
    }

    /** An item and the lane that it goes to. */
    record PlacedEntry(UUID laneId, EntryItem item) {}

    private List<PlacedEntry> place(List<EntryItem> expanded) {
        var bundles = new Bundles(handOver, clock);
        return expanded.stream()
                .map(item -> new PlacedEntry(
                        item.resource() == null
                                ? bundles.next(item.handlerId())
                                : LaneIds.of(item.laneGroup(), item.resource()),
                        item))
                .toList();
    }

    private static List<Tally> tally(List<PlacedEntry> placed) {
        var byHandler = placed.stream()
                .map(PlacedEntry::item)
                .collect(Collectors.groupingBy(EntryItem::handlerId, LinkedHashMap::new, Collectors.toList()));
        return byHandler.entrySet().stream()
                .map(e -> Tally.ofFlush(
                        e.getKey(),
                        e.getValue().size(),
                        e.getValue().stream().mapToLong(EntryItem::bytes).sum()))
                .toList();
    }

    private Map<UUID, List<OwnedLane>> insert(List<PlacedEntry> placed, ReservedWorkers workers) {
        if (placed.isEmpty()) {
            return Map.of();
        }
        var additions = additions(placed);
        workers.reserve(additions);
        var owned = workers.own(lanes.add(additions));
        probe.reached(Step.STORE_LANES_LOCKED);
        insertItems(placed);
        probe.reached(Step.STORE_INSERTED);
        return owned;
    }

    /** Entries and jobs are inserted by statements of their own, in turn only as far as they share a lane. */
    private void insertItems(List<PlacedEntry> placed) {
        if (placed.stream().allMatch(p -> !isJob(p))) {
            items.insertEntries(clock.instant(), placed);
            return;
        }
        var kinds = placed.stream()
                .collect(Collectors.groupingBy(
                        PlacedEntry::laneId, Collectors.mapping(p -> !isJob(p), Collectors.toSet())));
        var begin = 0;
        var ordered = kinds.values().stream().allMatch(k -> k.size() == 1)
                ? Stream.concat(
                                placed.stream().filter(p -> !isJob(p)),
                                placed.stream().filter(EntryStorer::isJob))
                        .toList()
                : placed;
        for (var end = 1; end <= ordered.size(); end++) {
            if (end == ordered.size() || isJob(ordered.get(end)) != isJob(ordered.get(begin))) {
                insertAlike(ordered.subList(begin, end));
                begin = end;
            }
        }
    }

    private static boolean isJob(PlacedEntry placed) {
        return placed.item().job() != null;
    }

    private void insertAlike(List<PlacedEntry> placed) {
        if (isJob(placed.get(0))) {
            jobs.insert(
                    clock.instant(),
                    placed.stream()
                            .map(p -> new PlacedJob(p.laneId(), p.item().asJob()))
                            .toList());
        } else {
            items.insertEntries(clock.instant(), placed);
        }
    }

    /** One for each lane; handlers that share lanes have the first item's handler for its head. */
    private static List<Addition> additions(List<PlacedEntry> placed) {
        var waiting = new HashMap<UUID, Addition>();
        placed.forEach(p -> waiting.merge(
                p.laneId(),
                new Addition(p.laneId(), p.item().handlerId(), 1, p.item().resource() == null),
                (a, b) -> new Addition(a.laneId(), a.handlerId(), a.waiting() + 1, a.bundle())));
        return waiting.values().stream()
                .sorted(Comparator.comparing(Addition::laneId, LaneIds.LOCK_ORDER))
                .toList();
    }
}

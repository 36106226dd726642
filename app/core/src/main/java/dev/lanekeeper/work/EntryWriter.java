package dev.lanekeeper.work;

import dev.lanekeeper.work.EntryStorer.Batch;
import dev.lanekeeper.work.EntryStorer.Expansion;
import dev.lanekeeper.work.EntryStorer.Moved;
import dev.lanekeeper.work.JobStore.PlacedJob;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.Probe.Step;
import java.time.Clock;
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

/** Writes what one transaction of a mover moves: entries taken, lanes, items, in this order. */
final class EntryWriter {

    private final OutboxStore outbox;
    private final LaneStore lanes;
    private final ItemStore items;
    private final JobStore jobs;
    private final ScheduledJobStore scheduled;
    private final RecurringStore recurring;
    private final JobBatch.Stores jobStores;
    private final UniqueBatch.Stores unique;
    private final TallyStore tallies;
    private final HandOver handOver;
    private final Expansion expansion;
    private final Clock clock;
    private final Probe probe;
    private volatile @Nullable Subscribers subscribers;

    EntryWriter(Database database, HandOver handOver, Expansion expansion, Clock clock, Probe probe) {
        this.outbox = new OutboxStore(database);
        this.lanes = new LaneStore(database, clock);
        this.items = new ItemStore(database);
        this.jobs = new JobStore(database);
        this.scheduled = new ScheduledJobStore(database);
        this.recurring = new RecurringStore(database, clock);
        this.tallies = new TallyStore(database, clock);
        this.jobStores = new JobBatch.Stores(jobs, lanes, tallies, clock, probe);
        this.unique = UniqueBatch.Stores.of(database, clock, probe);
        this.handOver = handOver;
        this.expansion = expansion;
        this.clock = clock;
        this.probe = probe;
    }

    /** How much of an entry is stored. */
    enum Form {
        WHOLE,
        FAILED,
        BARE
    }

    record Shape(Form form, String why) {

        EntryItem of(EntryItem item) {
            return switch (form) {
                case WHOLE -> item;
                case FAILED -> item.withError(why);
                case BARE -> item.bare(why);
            };
        }
    }

    record Written(Moved moved, Map<UUID, List<OwnedLane>> owned, List<Decided> decided) {}

    /** @param untouchable holders of locks that were found to be at work when they were to be replaced */
    Written write(Batch batch, ReservedWorkers workers, Shape shape, Set<Long> untouchable) {
        probe.reached(Step.STORE_BEGUN);
        var locked = outbox.guardAndLock(batch.shards());
        var busy = new HashSet<>(batch.shards());
        locked.forEach(busy::remove);
        if (locked.isEmpty()) {
            return new Written(new Moved(busy, Set.of(), 0, 0, 0), Map.of(), List.of());
        }
        var limits =
                new OutboxStore.Limits(Math.max(1, batch.entries() / locked.size()), batch.bytes() / locked.size());
        var taken = outbox.take(locked, limits);
        var entries = taken.entries();
        var expanded = recurOthers(expand(taken, shape));
        if (expanded.stream().anyMatch(item -> item.claim() != null)) {
            var moved = new Moved(busy, unfinished(entries, limits), entries.size(), expanded.size(), 0);
            return writeUnique(batch, moved, expanded, workers, untouchable);
        }
        var placed = place(scheduleOthers(expanded));
        // Last, so that runs which record results in the same lanes wait for as little as possible.
        tallies.add(batch.nodeId(), batch.slot(), tally(placed));
        var owned = insert(placed, workers);
        probe.reached(Step.STORE_BEFORE_COMMIT);
        var refused = shape.form() == Form.FAILED || shape.form() == Form.BARE ? entries.size() : 0;
        var moved = new Moved(busy, unfinished(entries, limits), entries.size(), placed.size(), refused);
        return new Written(moved, owned, List.of());
    }

    private Written writeUnique(
            Batch batch, Moved moved, List<EntryItem> expanded, ReservedWorkers workers, Set<Long> untouchable) {
        var jobBatch = new JobBatch(jobStores, workers, handOver, new JobBatch.Teller(batch.nodeId(), batch.slot()));
        var now = clock.instant();
        var arrivals =
                expanded.stream().map(item -> EntryDoor.arrival(item, now)).toList();
        var results = new UniqueBatch<>(unique, new EntryDoor(jobBatch, unique, items), untouchable).store(arrivals);
        probe.reached(Step.STORE_BEFORE_COMMIT);
        return new Written(moved, jobBatch.owned(), Decided.of(arrivals, results));
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
    private List<EntryItem> expand(OutboxStore.Taken taken, Shape shape) {
        return taken.entries().isEmpty()
                ? List.of()
                : expansion.items(taken.entries(), subscriptions(taken.subscribed())).stream()
                        .map(shape::of)
                        .toList();
    }

    /** Read again only when somebody has written them since; what is read now is at least as new as the entries. */
    private List<Subscription> subscriptions(long subscribed) {
        var known = subscribers;
        if (known == null || known.subscribed() != subscribed) {
            known = new Subscribers(subscribed, outbox.subscriptions());
            subscribers = known;
        }
        return known.subscriptions();
    }

    private record Subscribers(long subscribed, List<Subscription> subscriptions) {}

    /**
     * Jobs that recur go to those that do; whatever becomes of each time is decided then. After the keys that others of the batch
     * claim, and before the lanes, as whoever makes items of them takes all three in this order.
     */
    private List<EntryItem> recurOthers(List<EntryItem> expanded) {
        var recurring = expanded.stream()
                .map(EntryItem::recurring)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing((NewRecurring r) -> r.job().handlerId())
                        .thenComparing(NewRecurring::name))
                .toList();
        if (recurring.isEmpty()) {
            return expanded;
        }
        var others = expanded.stream().filter(item -> item.recurring() == null).toList();
        var digests = others.stream()
                .map(EntryItem::claim)
                .filter(Objects::nonNull)
                .map(UniqueClaim::digest)
                .toList();
        if (!digests.isEmpty()) {
            unique.locks().lock(digests);
        }
        recurring.forEach(this.recurring::recur);
        return others;
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
                                ? bundles.next(item.handlerId(), item.priority())
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
                                placed.stream().filter(EntryWriter::isJob))
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

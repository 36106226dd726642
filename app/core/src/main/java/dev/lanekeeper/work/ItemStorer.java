package dev.lanekeeper.work;

import dev.lanekeeper.work.HandOver.Reservation;
import dev.lanekeeper.work.ItemStore.Placed;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.LaneStore.Assignment;
import dev.lanekeeper.work.Probe.Step;
import dev.lanekeeper.work.ProgressStore.Advance;
import dev.lanekeeper.work.ProgressStore.Position;
import dev.lanekeeper.work.Tally.Count;
import dev.lanekeeper.work.UniqueBatch.NotReplaceable;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;

/**
 * Stores a batch in one transaction (T1): progress, identities, lanes, items, in this order.
 *
 * <p>Called by the intakes on their own threads. After it returns the batch is committed and its offsets may be.
 */
public class ItemStorer {

    private static final Logger log = LoggerFactory.getLogger(ItemStorer.class);

    private final Database database;
    private final ProgressStore progress;
    private final IdentityStore identities;
    private final LaneStore lanes;
    private final ItemStore items;
    private final TallyStore tallies;
    private final NodeStore nodes;
    private final UniqueBatch.Stores unique;
    private final DuplicateListener duplicates;
    private final HandOver handOver;
    private final Clock clock;
    private final Probe probe;

    public ItemStorer(Database database, HandOver handOver, Clock clock, Probe probe) {
        this(database, handOver, (claim, result) -> {}, clock, probe);
    }

    /** @param duplicates is told of records that claim to be the only ones of their keys, after the commit */
    public ItemStorer(Database database, HandOver handOver, DuplicateListener duplicates, Clock clock, Probe probe) {
        this.database = database;
        this.progress = new ProgressStore(database, clock);
        this.identities = new IdentityStore(database);
        this.lanes = new LaneStore(database, clock);
        this.items = new ItemStore(database);
        this.tallies = new TallyStore(database, clock);
        this.nodes = new NodeStore(database);
        this.unique = UniqueBatch.Stores.of(database, clock, probe);
        this.duplicates = duplicates;
        this.handOver = handOver;
        this.clock = clock;
        this.probe = probe;
    }

    /**
     * Stores the records that are new; safe to repeat with the same batch after any error, since progress tells what was
     * stored before. A batch that the database refuses is halved in offset order until the refused record stands alone; that
     * one is stored as a failure.
     *
     * @throws DataAccessException when the database is away; what was stored is found out by the repetition
     */
    public StoredBatch store(KafkaBatch batch) {
        try {
            return storeOnce(batch, false);
        } catch (DataAccessException e) {
            if (!Database.isRefusal(e)) {
                throw e;
            }
            return batch.items().size() > 1 ? storeHalves(batch) : storeRefused(batch, e);
        }
    }

    private StoredBatch storeHalves(KafkaBatch batch) {
        var sorted = batch.items().stream()
                .sorted(Comparator.comparing(NewItem::topic)
                        .thenComparingInt(NewItem::partition)
                        .thenComparingLong(NewItem::offset))
                .toList();
        var middle = sorted.size() / 2;
        var first = store(batch.with(sorted.subList(0, middle)));
        var second = store(batch.with(sorted.subList(middle, sorted.size())));
        return first.and(second);
    }

    private StoredBatch storeRefused(KafkaBatch batch, DataAccessException refusal) {
        var item = batch.items().get(0);
        var why = "the database refused to store this record: "
                + NestedExceptionUtils.getMostSpecificCause(refusal).getMessage();
        log.atError()
                .addKeyValue("topic", item.topic())
                .addKeyValue("partition", item.partition())
                .addKeyValue("offset", item.offset())
                .setCause(refusal)
                .log("The database refused a record; it is stored as a failure");
        try {
            return storeOnce(batch.with(List.of(item.withError(why))), true);
        } catch (DataAccessException again) {
            if (!Database.isRefusal(again)) {
                throw again;
            }
            return storeOnce(batch.with(List.of(item.bare(why))), true);
        }
    }

    private StoredBatch storeOnce(KafkaBatch batch, boolean refused) {
        var lanesAtMost = countLanes(batch);
        var reservation = handOver.reserve(batch.handlerId(), lanesAtMost);
        Written written;
        try {
            written = writeUntouched(batch, reservation);
        } catch (RuntimeException | Error e) {
            reservation.release();
            throw e;
        }
        probe.reached(Step.STORE_COMMITTED);
        reservation.start(written.owned(), lanesAtMost);
        probe.reached(Step.HANDED_OVER);
        written.decided().forEach(d -> duplicates.met(d.claim(), d.result()));
        return new StoredBatch(
                written.stored(), written.duplicates(), refused ? written.stored() : 0, written.fenced());
    }

    private record Written(
            int stored,
            int duplicates,
            List<PartitionClaim> fenced,
            Map<UUID, List<OwnedLane>> owned,
            List<Decided> decided) {}

    /** Begins anew without touching those that are found to be at work when they were to be replaced. */
    private Written writeUntouched(KafkaBatch batch, Reservation reservation) {
        var untouchable = new HashSet<Long>();
        while (true) {
            try {
                return database.inTransaction(() -> write(batch, reservation, untouchable));
            } catch (NotReplaceable e) {
                untouchable.add(e.holderId());
            }
        }
    }

    private Written write(KafkaBatch batch, Reservation reservation, Set<Long> untouchable) {
        probe.reached(Step.STORE_BEGUN);
        var handingOver = guard(reservation);
        var positions = lockProgress(batch);
        var fenced = batch.claims().stream().filter(c -> isFenced(c, positions)).toList();
        var ours = notFenced(batch, fenced);
        var fresh = recognise(batch.handlerId(), beyondProgress(ours, positions));
        progress.advance(batch.handlerId(), advances(ours));
        var tally = tally(batch, ours, fresh);
        if (fresh.stream().anyMatch(item -> item.claim() != null)) {
            var steps = new UniqueSteps(batch, handingOver ? reservation : null, reservation.nodeId(), tally);
            var decided = steps.store(fresh, untouchable);
            probe.reached(Step.STORE_BEFORE_COMMIT);
            return new Written(fresh.size(), ours.size() - fresh.size(), fenced, steps.owned, decided);
        }
        tallies.add(reservation.nodeId(), batch.slot(), List.of(tally));
        // Last, so that runs which record results in the same lanes wait for as little as possible.
        var owned = insert(batch, fresh, handingOver ? reservation : null);
        probe.reached(Step.STORE_BEFORE_COMMIT);
        return new Written(fresh.size(), ours.size() - fresh.size(), fenced, owned, List.of());
    }

    /** The part of one transaction that is unique. */
    private final class UniqueSteps implements RecordDoor.Steps {

        private final KafkaBatch batch;
        private final @Nullable Reservation reservation;
        private final long nodeId;
        private final Tally tally;
        private final Map<UUID, List<OwnedLane>> owned = new HashMap<>();

        /** @param reservation {@code null} when no worker is set aside */
        UniqueSteps(KafkaBatch batch, @Nullable Reservation reservation, long nodeId, Tally tally) {
            this.batch = batch;
            this.reservation = reservation;
            this.nodeId = nodeId;
            this.tally = tally;
        }

        List<Decided> store(List<NewItem> fresh, Set<Long> untouchable) {
            var door = new RecordDoor(batch, unique, items, this);
            var arrivals = fresh.stream().map(door::arrival).toList();
            return Decided.of(arrivals, new UniqueBatch<>(unique, door, untouchable).store(arrivals));
        }

        @Override
        public List<UUID> lanes(List<NewItem> entering) {
            return place(batch, entering).stream().map(Placed::laneId).toList();
        }

        @Override
        public void own(List<UUID> ready) {
            if (reservation != null) {
                ItemStorer.this.own(ready, reservation, owned);
            }
        }

        @Override
        public Consumer<Tally> tally() {
            return lost -> tallies.add(
                    nodeId,
                    batch.slot(),
                    List.of(tally.add(Count.DISCARDED, lost.get(Count.DISCARDED))
                            .add(Count.REJECTED, lost.get(Count.REJECTED))));
        }
    }

    /** Whether the reserved workers may be given lanes. */
    private boolean guard(Reservation reservation) {
        if (reservation.runs().isEmpty()) {
            database.guardLanes();
            return false;
        }
        return nodes.guardAndHoldAlive(reservation.nodeId());
    }

    private Map<Place, Position> lockProgress(KafkaBatch batch) {
        return progress.lock(batch.handlerId(), batch.claims()).stream()
                .collect(Collectors.toMap(p -> new Place(p.topic(), p.partition()), p -> p));
    }

    record Place(String topic, int partition) {}

    boolean isFenced(PartitionClaim claim, Map<Place, Position> positions) {
        var position = positions.get(new Place(claim.topic(), claim.partition()));
        return position == null
                || position.generation() != claim.generation()
                || position.nextOffset() < claim.reached();
    }

    /** One partition that was taken over takes its own records out of the batch, and no others. */
    List<NewItem> notFenced(KafkaBatch batch, List<PartitionClaim> fenced) {
        var places =
                fenced.stream().map(c -> new Place(c.topic(), c.partition())).collect(Collectors.toSet());
        return batch.items().stream()
                .filter(i -> !places.contains(new Place(i.topic(), i.partition())))
                .toList();
    }

    private static List<NewItem> beyondProgress(List<NewItem> ours, Map<Place, Position> positions) {
        return ours.stream()
                .filter(i -> i.offset() >= nextOffset(positions, new Place(i.topic(), i.partition())))
                .toList();
    }

    private static long nextOffset(Map<Place, Position> positions, Place place) {
        return Objects.requireNonNull(positions.get(place)).nextOffset();
    }

    /** Leaves out what the handler has seen before under another offset, here or in the same batch. */
    private List<NewItem> recognise(int handlerId, List<NewItem> candidates) {
        var known = candidates.stream()
                .map(NewItem::identity)
                .filter(id -> id != null)
                .toList();
        if (known.isEmpty()) {
            return candidates;
        }
        var unseen = new HashSet<>(identities.remember(handlerId, known, clock.instant()));
        return candidates.stream()
                .filter(i -> i.identity() == null || unseen.remove(i.identity()))
                .toList();
    }

    private Map<UUID, List<OwnedLane>> insert(
            KafkaBatch batch, List<NewItem> fresh, @Nullable Reservation reservation) {
        if (fresh.isEmpty()) {
            return Map.of();
        }
        var placed = place(batch, fresh);
        var owned = new HashMap<UUID, List<OwnedLane>>();
        writeInOrder(batch, placed, reservation, owned);
        probe.reached(Step.STORE_INSERTED);
        return owned;
    }

    /** Lanes first: with the items first, a later id of a lane could become visible, and run, before an earlier one. */
    void writeInOrder(
            KafkaBatch batch,
            List<Placed> placed,
            @Nullable Reservation reservation,
            Map<UUID, List<OwnedLane>> owned) {
        addLanes(batch, placed, reservation, owned);
        probe.reached(Step.STORE_LANES_LOCKED);
        addItems(batch, placed);
    }

    void addLanes(
            KafkaBatch batch,
            List<Placed> placed,
            @Nullable Reservation reservation,
            Map<UUID, List<OwnedLane>> owned) {
        var ready = lanes.add(additions(batch.handlerId(), placed));
        if (reservation != null) {
            own(ready, reservation, owned);
        }
    }

    private void own(List<UUID> ready, Reservation reservation, Map<UUID, List<OwnedLane>> owned) {
        if (!ready.isEmpty()) {
            lanes.own(reservation.nodeId(), assign(ready, reservation))
                    .forEach(o -> owned.computeIfAbsent(o.runId(), r -> new ArrayList<>())
                            .add(o.lane()));
            reservation.save(List.copyOf(owned.keySet()));
        }
    }

    void addItems(KafkaBatch batch, List<Placed> placed) {
        items.insertKafka(batch.handlerId(), clock.instant(), placed);
    }

    private List<Placed> place(KafkaBatch batch, List<NewItem> fresh) {
        var bundleSize = handOver.bundleSize(batch.handlerId());
        var placed = new ArrayList<Placed>(fresh.size());
        var ids = new HashMap<String, UUID>();
        UUID bundle = null;
        var inBundle = 0;
        for (var item : fresh) {
            if (item.resource() != null) {
                placed.add(new Placed(
                        ids.computeIfAbsent(item.resource(), r -> LaneIds.of(batch.laneGroup(), r)), item));
                continue;
            }
            if (bundle == null || inBundle == bundleSize) {
                bundle = LaneIds.bundle(clock);
                inBundle = 0;
            }
            inBundle++;
            placed.add(new Placed(bundle, item));
        }
        return placed;
    }

    private static List<Addition> additions(int handlerId, List<Placed> placed) {
        var waiting = new HashMap<UUID, Addition>();
        placed.forEach(p -> waiting.merge(
                p.laneId(),
                new Addition(p.laneId(), handlerId, 1, p.item().resource() == null),
                (a, b) -> new Addition(a.laneId(), handlerId, a.waiting() + 1, a.bundle())));
        return waiting.values().stream()
                .sorted(Comparator.comparing(Addition::laneId, LaneIds.LOCK_ORDER))
                .toList();
    }

    /** Fills one run after the other; lanes beyond the last stay READY for whoever is free next. */
    static List<Assignment> assign(List<UUID> ready, Reservation reservation) {
        var assignments = new ArrayList<Assignment>();
        for (var i = 0;
                i < ready.size() && i / reservation.pack() < reservation.runs().size();
                i++) {
            assignments.add(new Assignment(ready.get(i), reservation.runs().get(i / reservation.pack())));
        }
        return assignments;
    }

    private static List<Advance> advances(List<NewItem> ours) {
        var byPlace = ours.stream().collect(Collectors.groupingBy(i -> new Place(i.topic(), i.partition())));
        return byPlace.entrySet().stream()
                .map(e -> {
                    var last = e.getValue().stream()
                            .mapToLong(NewItem::offset)
                            .max()
                            .orElseThrow();
                    return new Advance(
                            e.getKey().topic(),
                            e.getKey().partition(),
                            last + 1,
                            e.getValue().size());
                })
                .toList();
    }

    private Tally tally(KafkaBatch batch, List<NewItem> ours, List<NewItem> fresh) {
        return new Tally(batch.handlerId())
                .add(Count.CONSUMED, ours.size())
                .add(Count.DUPLICATES, ours.size() - fresh.size())
                .add(Count.STORED, fresh.size())
                .add(Count.FLUSHES, 1)
                .add(Count.LARGEST_FLUSH, fresh.size())
                .add(
                        Count.FLUSHED_BYTES,
                        fresh.stream().mapToLong(NewItem::bytes).sum());
    }

    private static int countLanes(KafkaBatch batch) {
        return (int) batch.items().stream()
                        .map(NewItem::resource)
                        .filter(r -> r != null)
                        .distinct()
                        .count()
                + (batch.items().stream().anyMatch(i -> i.resource() == null) ? 1 : 0);
    }
}

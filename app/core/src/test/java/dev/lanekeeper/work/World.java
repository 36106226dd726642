package dev.lanekeeper.work;

import dev.lanekeeper.operations.ItemOperations;
import dev.lanekeeper.operations.Operator;
import dev.lanekeeper.work.Corridor.Claimed;
import dev.lanekeeper.work.PurgeStore.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A corridor with runs whose handlers leave their effects in a table without constraints, in the transaction that records
 * their results. That table, and not the product's own books, tells what was handled, how often and in which order.
 */
final class World {

    static final Operator ANNA = new Operator("anna", null);
    private static final Duration SILENCE = Duration.ofSeconds(10);

    final Corridor corridor;
    private final BiFunction<Corridor, HandOver, ItemStorer> storers;
    private final Set<Long> outOfOrder = new HashSet<>();

    World(Form form) {
        this.corridor = Corridor.open(new SteppedConnections(Corridor.connections()), form.rewrite());
        this.storers = form.storers();
        corridor.database.sql("""
                        CREATE TABLE IF NOT EXISTS public.effect (
                          effect_id bigint GENERATED ALWAYS AS IDENTITY, lane_id uuid, item_id bigint)
                        """).update();
        corridor.database.sql("DELETE FROM public.effect").update();
    }

    /**
     * The product, or the product with one mistake in it.
     *
     * @param rewrite of its statements
     * @param storers of a storer some of whose steps are different
     */
    record Form(UnaryOperator<String> rewrite, BiFunction<Corridor, HandOver, ItemStorer> storers) {

        static final Form PRODUCT = of(UnaryOperator.identity());

        static Form of(UnaryOperator<String> rewrite) {
            return new Form(rewrite, Corridor::storer);
        }
    }

    StoredBatch store(NewItem... items) {
        return store(1, items);
    }

    StoredBatch store(long generation, NewItem... items) {
        return storers.apply(corridor, new NoHandOver()).store(corridor.batch(generation, items));
    }

    /** The same by another consumer of the same handler. */
    StoredBatch storeBeside(long generation, NewItem... items) {
        var batch = corridor.batch(generation, items);
        return storers.apply(corridor, new NoHandOver())
                .store(new KafkaBatch(batch.handlerId(), "orders", batch.slot() + 1, batch.claims(), batch.items()));
    }

    StoredBatch storeAndHandOver(long node, NewItem... items) {
        return storers.apply(corridor, new ToOneRun(node)).store(corridor.batch(1, items));
    }

    /** Claims what is ready for a run of the node and works on it, until nothing is. */
    void run(long node) {
        for (var round = 0; round < 30; round++) {
            var claimed = corridor.claim(node);
            if (claimed.lanes().isEmpty()) {
                return;
            }
            claimed.lanes().forEach(lane -> work(claimed, lane));
        }
    }

    private void work(Claimed claimed, OwnedLane lane) {
        record(claimed, lane, dueOf(lane), LaneResult.Next.RELEASE);
    }

    List<WaitingItem> dueOf(OwnedLane lane) {
        var due = new ArrayList<WaitingItem>();
        for (var item : corridor.read(lane)) {
            if (item.dueAt().isAfter(corridor.clock.instant())) {
                break;
            }
            due.add(item);
        }
        return due;
    }

    /** Handles items and records them in one transaction; false when the lane was no longer the run's. */
    boolean record(Claimed claimed, OwnedLane lane, List<WaitingItem> items, LaneResult.Next next) {
        try {
            corridor.database.inTransaction(() -> {
                leaveEffects(lane.laneId(), items);
                var results = items.stream().map(corridor::done).toList();
                var recorded = corridor.recorder()
                        .recordWithin(claimed.run(), 1, List.of(new LaneResult(lane, results, next, false)));
                if (!recorded.lost().isEmpty() || !recorded.missing().isEmpty()) {
                    throw new LaneLost();
                }
                return recorded;
            });
            return true;
        } catch (LaneLost e) {
            return false;
        }
    }

    private static final class LaneLost extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private void leaveEffects(UUID laneId, List<WaitingItem> items) {
        corridor.database
                .sql("INSERT INTO public.effect (lane_id, item_id) SELECT ?, k FROM unnest(?::bigint[]) AS k")
                .param(laneId)
                .param(items.stream().mapToLong(WaitingItem::itemId).toArray())
                .update();
    }

    NodeRescuer.Rescued rescue(long self) {
        return corridor.rescuer().rescue(self, SILENCE);
    }

    /** The node stops renewing: the next rescue declares it dead. */
    void silence(long node) {
        corridor.database
                .sql(
                        "UPDATE lanekeeper.node SET renewed_at = clock_timestamp() - interval '1 minute' WHERE node_id = ?")
                .param(node)
                .update();
    }

    /** Deletes everything that has ended, however short a time ago; what has lost its payload before is deleted too. */
    void purge() {
        sweep(corridor.clock.instant().plus(Duration.ofDays(1)), Instant.MIN);
    }

    /** Removes the payloads of everything that has ended. */
    void removePayloads() {
        sweep(Instant.MIN, corridor.clock.instant().plus(Duration.ofDays(1)));
    }

    private void sweep(Instant items, Instant payloads) {
        var purge = new PurgeStore(corridor.database, corridor.clock);
        var terms = new Terms(items, items, payloads);
        corridor.database.inTransaction(() -> {
            corridor.database.guardLanes();
            return purge.next(corridor.handlerId, 0, terms, 100)
                    .map(piece -> {
                        purge.removePayloads(piece, terms);
                        return purge.purge(piece, terms, false);
                    })
                    .orElse(null);
        });
    }

    ItemOperations people() {
        return new ItemOperations(corridor.database, corridor.clock);
    }

    long itemAt(long offset) {
        return corridor.database
                .sql("SELECT item_id FROM lanekeeper.work_item WHERE kafka_offset = ?")
                .param(offset)
                .query(Long.class)
                .single();
    }

    /** Has an item handled after all that somebody has discarded; one that waits or is done is left alone. */
    void retryDiscarded(long itemId) {
        var isDiscarded = corridor.count("lanekeeper.outcome WHERE state = 4 AND item_id = " + itemId) == 1;
        if (isDiscarded) {
            people().retry(itemId, ANNA);
        }
    }

    /** A person may have this item handled after later ones. */
    void mayBeLate(long itemId) {
        outOfOrder.add(itemId);
    }

    List<String> neitherHandledNorDiscarded() {
        return corridor.database.sql("""
                        SELECT 'item ' || item_id || ' was neither handled nor discarded'
                          FROM lanekeeper.work_item
                         WHERE item_id NOT IN (SELECT item_id FROM public.effect)
                           AND item_id NOT IN (SELECT item_id FROM lanekeeper.outcome WHERE state = 4)
                        """).query(String.class).list();
    }

    /** Stores the first record, which fails for good; a person may have it handled again, after later ones. */
    long fail(@Nullable String resource) {
        store(Corridor.item(0, resource));
        var claimed = corridor.claim(corridor.node());
        var head = corridor.read(claimed.lane()).get(0);
        corridor.record(claimed, claimed.lane(), false, corridor.finished(head, State.FAILED, false));
        mayBeLate(head.itemId());
        return head.itemId();
    }

    /** What must hold as soon as nobody works; in words if it does not. */
    List<String> faults() {
        var faults = new ArrayList<>(new ConservationSearch(corridor.database).faults());
        faults.addAll(corridor.database.sql("""
                        SELECT 'lane ' || l.lane_id || ' is due before its head'
                          FROM lanekeeper.lane AS l
                         WHERE l.owner_run IS NULL AND l.parked_at IS NULL
                           AND l.due_at < (SELECT i.due_at
                                             FROM lanekeeper.lane_item AS i
                                            WHERE i.lane_id = l.lane_id
                                            ORDER BY i.item_id
                                            LIMIT 1)
                        """).query(String.class).list());
        return faults;
    }

    /** What must hold when all that can be done has been done: nodes have died, retries are due, runs have run. */
    List<String> faultsAtTheEnd(int stored) {
        corridor.clock.advance(Duration.ofMinutes(1));
        corridor.database
                .sql("UPDATE lanekeeper.node SET renewed_at = clock_timestamp() - interval '1 minute'")
                .update();
        var last = corridor.node();
        rescue(last);
        run(last);
        var faults = faults();
        faults.addAll(corridor.database
                .sql("SELECT 'item ' || item_id || ' was never handled' FROM lanekeeper.lane_item")
                .query(String.class)
                .list());
        faults.addAll(corridor.database.sql("""
                        SELECT 'item ' || item_id || ' was handled ' || count(*) || ' times'
                          FROM public.effect
                         GROUP BY item_id
                        HAVING count(*) > 1
                        """).query(String.class).list());
        faults.addAll(corridor.database.sql("""
                        SELECT 'item ' || item_id || ' was handled without its payload'
                          FROM lanekeeper.work_item
                          JOIN public.effect USING (item_id)
                         WHERE payload_removed_at < (SELECT max(finished_at) FROM lanekeeper.outcome AS o
                                                      WHERE o.item_id = work_item.item_id)
                        """).query(String.class).list());
        faults.addAll(wrongOrder());
        var purged = corridor.database
                .sql("SELECT coalesce(sum(purged), 0) FROM lanekeeper.tally")
                .query(Long.class)
                .single();
        var items = corridor.count("lanekeeper.work_item") + purged;
        if (stored != Scene.ANY && items != stored) {
            faults.add(items + " items were stored and not " + stored);
        }
        return faults;
    }

    private record Effect(
            UUID laneId, long itemId, @Nullable Long before) {}

    private List<String> wrongOrder() {
        return corridor.database.sql("""
                        SELECT lane_id, item_id,
                               max(item_id) OVER (PARTITION BY lane_id ORDER BY effect_id
                                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                          FROM public.effect
                         ORDER BY effect_id
                        """).query(Effect.class).list().stream()
                .filter(e -> e.before() != null && e.before() > e.itemId() && !outOfOrder.contains(e.itemId()))
                .map(e -> "item " + e.itemId() + " was handled after item " + e.before() + " of its lane")
                .toList();
    }

    /** Hands all lanes of a batch over to one run, which dies before it starts. */
    private static final class ToOneRun extends NoHandOver {

        private final long node;

        ToOneRun(long node) {
            this.node = node;
        }

        @Override
        public Reservation reserve(int handlerId, int lanes) {
            var run = new Run(node, UUID.randomUUID());
            return new NoReservation() {
                @Override
                public long nodeId() {
                    return node;
                }

                @Override
                public List<UUID> runs() {
                    return List.of(run.runId());
                }

                @Override
                public int pack() {
                    return 100;
                }
            };
        }
    }
}

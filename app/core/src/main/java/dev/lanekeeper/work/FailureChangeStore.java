package dev.lanekeeper.work;

import dev.lanekeeper.work.ItemChangeStore.Whereabouts;
import dev.lanekeeper.work.LaneStore.Addition;
import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * The statements with which many failures are changed in one transaction: the same changes as for a single one, for all of
 * them at once. Their lanes are locked first, in the fixed order.
 */
public final class FailureChangeStore {

    /** How many items without a resource share a new bundle. */
    private static final int BUNDLE = 16;

    private final Database database;
    private final LaneStore lanes;
    private final LaneChangeStore laneChanges;
    private final TallyStore tallies;
    private final ClaimStore claims;
    private final Clock clock;

    public FailureChangeStore(Database database, Clock clock) {
        this.database = database;
        this.lanes = new LaneStore(database, clock);
        this.laneChanges = new LaneChangeStore(database, clock);
        this.tallies = new TallyStore(database, clock);
        this.claims = new ClaimStore(database);
        this.clock = clock;
    }

    /** A failure and the lane in which it is to wait again. */
    private record Placement(UUID laneId, Whereabouts item) {}

    /** An item whose outcome this transaction has changed, as it was before. */
    private record Changed(long itemId, int handlerId, int state) {}

    /**
     * What has been done.
     *
     * @param items those that were failures until then; any other was left alone
     * @param behindParking how many of them wait in a lane that is parked for another reason
     */
    public record Done(Set<Long> items, int behindParking) {}

    /**
     * Puts failures into their old places, due now, as if they had never been tried, with the locks of their unique keys as far as
     * others leave room for that, and unparks the lanes that they parked. When
     * somebody else was first with any of them, the caller has to roll back: their lanes have been told of too many items.
     */
    public Done reopen(List<Whereabouts> failures) {
        var ids = failures.stream().map(Whereabouts::itemId).toList();
        var claiming = claims.lock(ids);
        var placements = place(failures);
        lanes.add(additions(placements));
        var reopened = forget(placements);
        if (reopened.size() == placements.size()) {
            insert(placements);
            if (claiming) {
                claims.take(ids, clock.instant());
            }
            count(reopened(reopened));
            unpark(placements);
            rearm(laneIds(placements));
        }
        return new Done(itemIds(reopened), behindParking(placements));
    }

    private List<Placement> place(List<Whereabouts> failures) {
        var bundled = new HashMap<Integer, Integer>();
        var bundles = new HashMap<Integer, UUID>();
        var placements = new ArrayList<Placement>();
        for (var item : failures) {
            var handler = item.handlerId();
            if (item.bundled() && bundled.merge(handler, 1, Integer::sum) % BUNDLE == 1) {
                bundles.put(handler, LaneIds.bundle(clock));
            }
            var lane = item.bundled() ? bundles.get(handler) : item.storedIn();
            placements.add(new Placement(Objects.requireNonNull(lane), item));
        }
        return placements;
    }

    private static List<Addition> additions(List<Placement> placements) {
        var byLane = new HashMap<UUID, Addition>();
        placements.forEach(p -> byLane.merge(
                p.laneId(),
                new Addition(p.laneId(), p.item().handlerId(), 1, p.item().bundled()),
                (a, b) -> new Addition(a.laneId(), a.handlerId(), a.waiting() + 1, a.bundle())));
        return byLane.values().stream()
                .sorted(Comparator.comparing(Addition::laneId, LaneIds.LOCK_ORDER))
                .toList();
    }

    private List<Changed> forget(List<Placement> placements) {
        return database.sql("""
                        DELETE FROM lanekeeper.outcome
                         WHERE item_id = ANY (?::bigint[]) AND state IN (2, 3)
                        RETURNING item_id, handler_id, state
                        """)
                .param(placements.stream().mapToLong(p -> p.item().itemId()).toArray())
                .query(Changed.class)
                .list();
    }

    private void insert(List<Placement> placements) {
        database.sql("""
                        INSERT INTO lanekeeper.lane_item (lane_id, item_id, due_at, handler_id, bytes)
                        SELECT k.lane_id, w.item_id, ?, w.handler_id,
                               coalesce(octet_length(w.payload), 0) + coalesce(octet_length(w.event_key), 0)
                          FROM unnest(?::uuid[], ?::bigint[]) AS k (lane_id, item_id)
                          JOIN lanekeeper.work_item AS w ON w.item_id = k.item_id
                        """)
                .param(Database.timestamp(clock.instant()))
                .param(Database.uuids(placements.stream().map(Placement::laneId).toList()))
                .param(placements.stream().mapToLong(p -> p.item().itemId()).toArray())
                .update();
    }

    private void unpark(List<Placement> placements) {
        database.sql("""
                        UPDATE lanekeeper.lane AS l
                           SET parked_at = NULL, parked_by = NULL, park_reason = NULL, parked_item = NULL
                          FROM unnest(?::uuid[], ?::bigint[]) AS k (lane_id, item_id)
                         WHERE l.lane_id = k.lane_id AND l.parked_item = k.item_id AND l.parked_at IS NOT NULL
                        """)
                .param(Database.uuids(placements.stream().map(Placement::laneId).toList()))
                .param(placements.stream().mapToLong(p -> p.item().itemId()).toArray())
                .update();
    }

    /** Something in these lanes is due now; a run that finds the head waiting for its retry gives the lane back. */
    private void rearm(Set<UUID> laneIds) {
        var now = Database.timestamp(clock.instant());
        database.sql("""
                        UPDATE lanekeeper.lane AS l
                           SET due_at = least(l.due_at, ?), handler_id = head.handler_id
                          FROM unnest(?::uuid[]) AS k (lane_id)
                         CROSS JOIN LATERAL (
                               SELECT i.handler_id
                                 FROM lanekeeper.lane_item AS i
                                WHERE i.lane_id = k.lane_id
                                ORDER BY i.item_id
                                LIMIT 1) AS head
                         WHERE l.lane_id = k.lane_id AND l.owner_run IS NULL AND l.parked_at IS NULL
                        """).param(now).param(Database.uuids(laneIds)).update();
    }

    private int behindParking(List<Placement> placements) {
        return database.sql("""
                        SELECT count(*)
                          FROM unnest(?::uuid[]) AS k (lane_id)
                          JOIN lanekeeper.lane AS l ON l.lane_id = k.lane_id
                         WHERE l.parked_at IS NOT NULL
                        """)
                .param(Database.uuids(placements.stream().map(Placement::laneId).toList()))
                .query(Integer.class)
                .single();
    }

    /** Makes failures DISCARDED, and unparks the lanes that they parked. */
    public Done discard(List<Whereabouts> failures, String reason) {
        var ids = failures.stream().map(Whereabouts::storedIn).distinct().sorted(LaneIds.LOCK_ORDER);
        var held = ids.flatMap(id -> laneChanges.lock(id).stream()).toList();
        var discarded = changeToDiscarded(failures, reason);
        var counts = reopened(discarded);
        discarded.forEach(d -> Objects.requireNonNull(counts.get(d.handlerId())).add(Count.DISCARDED, 1));
        count(counts);
        var gone = itemIds(discarded);
        held.stream().filter(lane -> gone.stream().anyMatch(lane::isParkedBy)).forEach(laneChanges::unpark);
        return new Done(gone, 0);
    }

    private List<Changed> changeToDiscarded(List<Whereabouts> failures, String reason) {
        return database.sql("""
                        UPDATE lanekeeper.outcome AS o
                           SET state = ?, finished_at = ?, reason = ?, key_id = NULL, sealed = NULL
                          FROM (SELECT item_id, state
                                  FROM lanekeeper.outcome
                                 WHERE item_id = ANY (?::bigint[]) AND state IN (2, 3)
                                 ORDER BY item_id
                                   FOR UPDATE) AS before
                         WHERE o.item_id = before.item_id
                        RETURNING o.item_id, o.handler_id, before.state
                        """)
                .param(State.DISCARDED.code())
                .param(Database.timestamp(clock.instant()))
                .param(Texts.safe(reason))
                .param(failures.stream().mapToLong(Whereabouts::itemId).toArray())
                .query(Changed.class)
                .list();
    }

    /** They are no longer what they were. */
    private static Map<Integer, Tally> reopened(List<Changed> changed) {
        var tallyOf = new HashMap<Integer, Tally>();
        for (var item : changed) {
            var before = State.of(item.state()) == State.FAILED ? Count.REOPENED_FAILED : Count.REOPENED_REJECTED;
            tallyOf.computeIfAbsent(item.handlerId(), Tally::new).add(before, 1);
        }
        return tallyOf;
    }

    private void count(Map<Integer, Tally> tallies) {
        this.tallies.add(ItemChangeStore.NO_NODE, TallyStore.PEOPLE, tallies.values());
    }

    private static Set<UUID> laneIds(List<Placement> placements) {
        var ids = new HashSet<UUID>();
        placements.forEach(p -> ids.add(p.laneId()));
        return ids;
    }

    private static Set<Long> itemIds(Collection<Changed> changed) {
        var ids = new HashSet<Long>();
        changed.forEach(c -> ids.add(c.itemId()));
        return ids;
    }

    /** Those of these items that a handler is working on by their node's last heartbeat, which is up to two seconds old. */
    public Set<Long> running(List<Long> itemIds) {
        return new HashSet<>(database.sql("""
                        SELECT (call ->> 'item')::bigint
                          FROM lanekeeper.node AS n
                         CROSS JOIN LATERAL jsonb_array_elements(n.running) AS call
                         WHERE (call ->> 'item')::bigint = ANY (?::bigint[])
                        """)
                .param(itemIds.stream().mapToLong(Long::longValue).toArray())
                .query(Long.class)
                .list());
    }
}

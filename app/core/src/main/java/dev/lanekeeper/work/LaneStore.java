package dev.lanekeeper.work;

import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code lane}. Every statement that may wait for another transaction locks its lanes in {@link LaneIds#LOCK_ORDER}.
 *
 * <p>Rows of the busiest statements are read by position: finding a column by the name of a component costs an exception a row.
 */
final class LaneStore {

    private final Database database;
    private final Clock clock;

    LaneStore(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** What a transaction adds to a lane. */
    record Addition(UUID laneId, int handlerId, int waiting, boolean bundle) {}

    record Added(UUID laneId, boolean ready) {}

    /** A lane's row, locked; {@code place} is its position in the array that was asked for. */
    record Locked(int place, UUID laneId, int waiting, String ctid, boolean stopRequested, boolean parked) {}

    /** A lane that was given back, and when it is due again. */
    record Released(UUID laneId, OffsetDateTime dueAt, boolean parked) {}

    /** A lane with the run that is to own it. */
    record Assignment(UUID laneId, UUID runId) {}

    /**
     * Adds to {@code waiting}; creates lanes that do not exist. A lane that exists keeps its state and its due time: waking a
     * blocked one would let the new item overtake the head that waits for its retry.
     *
     * @return the lanes that are READY now
     */
    List<UUID> add(List<Addition> sorted) {
        var now = Database.timestamp(clock.instant());
        return database
                .sql("""
                        INSERT INTO lanekeeper.lane AS l (lane_id, handler_id, waiting, bundle, due_at)
                        SELECT k.lane_id, k.handler_id, k.waiting, k.bundle, ?
                          FROM unnest(?::uuid[], ?::int[], ?::int[], ?::boolean[]) AS k (lane_id, handler_id, waiting, bundle)
                            ON CONFLICT (lane_id) DO UPDATE
                           SET waiting = l.waiting + excluded.waiting,
                               handler_id = CASE WHEN l.waiting = 0 THEN excluded.handler_id ELSE l.handler_id END,
                               priority = CASE WHEN l.waiting = 0 THEN 0 ELSE l.priority END
                        RETURNING lane_id, owner_run IS NULL AND parked_at IS NULL AND due_at <= ? AS ready
                        """)
                .param(now)
                .param(Database.uuids(sorted.stream().map(Addition::laneId).toList()))
                .param(sorted.stream().mapToInt(Addition::handlerId).toArray())
                .param(sorted.stream().mapToInt(Addition::waiting).toArray())
                .param(sorted.stream().map(Addition::bundle).toArray(Boolean[]::new))
                .param(now)
                .query((row, n) -> new Added(row.getObject(1, UUID.class), row.getBoolean(2)))
                .list()
                .stream()
                .filter(Added::ready)
                .map(Added::laneId)
                .toList();
    }

    /** Gives lanes that this transaction has locked, and found to be READY, to runs of a living node. */
    List<OwnedBy> own(long nodeId, List<Assignment> assignments) {
        var byRun = new LinkedHashMap<UUID, List<UUID>>();
        assignments.forEach(
                a -> byRun.computeIfAbsent(a.runId(), r -> new ArrayList<>()).add(a.laneId()));
        return byRun.entrySet().stream()
                .flatMap(e -> own(nodeId, e.getKey(), e.getValue()).stream())
                .toList();
    }

    /**
     * One run a statement: given runs and lanes as a table, or asked once more whether the lanes are due, the planner reads
     * all lanes there are, for it makes its plan while there are none.
     */
    private List<OwnedBy> own(long nodeId, UUID runId, List<UUID> laneIds) {
        return database.sql("""
                        UPDATE lanekeeper.lane
                           SET owner_node = ?, owner_run = ?, epoch = nextval('lanekeeper.lane_epoch')
                         WHERE lane_id = ANY (?::uuid[]) AND owner_run IS NULL
                        RETURNING lane_id, epoch, handler_id, bundle, suspect_until
                        """)
                .param(nodeId)
                .param(runId)
                .param(Database.uuids(laneIds))
                .query((row, n) -> new OwnedBy(
                        runId,
                        new OwnedLane(
                                row.getObject("lane_id", UUID.class),
                                row.getLong("epoch"),
                                row.getInt("handler_id"),
                                row.getBoolean("bundle"),
                                (Long) row.getObject("suspect_until"))))
                .list();
    }

    record OwnedBy(UUID runId, OwnedLane lane) {}

    /**
     * Locks READY lanes, the most urgent first and then the oldest, at most so many of each handler; lanes that somebody else has locked
     * are passed over. What is urgent has an index of its own, which is empty as a rule, so that nobody pays for it.
     */
    List<ReadyLane> lockReady(Map<Integer, Integer> wantedByHandler) {
        var handlers = wantedByHandler.entrySet().stream().toList();
        return database.sql("""
                        SELECT l.handler_id, l.lane_id
                          FROM unnest(?::int[], ?::int[]) AS h (handler_id, wanted)
                         CROSS JOIN (SELECT ?::timestamptz AS instant) AS now
                         CROSS JOIN LATERAL (
                               SELECT urgent.handler_id, urgent.lane_id
                                 FROM (SELECT handler_id, lane_id
                                         FROM lanekeeper.lane
                                        WHERE handler_id = h.handler_id AND owner_run IS NULL AND parked_at IS NULL
                                          AND due_at <= now.instant AND priority > 0
                                        ORDER BY priority DESC, due_at
                                        LIMIT h.wanted
                                          FOR UPDATE SKIP LOCKED) AS urgent
                               UNION ALL
                               SELECT usual.handler_id, usual.lane_id
                                 FROM (SELECT handler_id, lane_id
                                         FROM lanekeeper.lane
                                        WHERE handler_id = h.handler_id AND owner_run IS NULL AND parked_at IS NULL
                                          AND due_at <= now.instant AND priority = 0
                                        ORDER BY due_at
                                        LIMIT h.wanted
                                          FOR UPDATE SKIP LOCKED) AS usual
                               LIMIT h.wanted) AS l
                        """)
                .param(handlers.stream().mapToInt(Map.Entry::getKey).toArray())
                .param(handlers.stream().mapToInt(Map.Entry::getValue).toArray())
                .param(Database.timestamp(clock.instant()))
                .query((row, n) -> new ReadyLane(row.getInt(1), row.getObject(2, UUID.class)))
                .list();
    }

    record ReadyLane(int handlerId, UUID laneId) {}

    /** Locks those of these lanes, given in lock order, that the run still owns; a lane that is missing was lost. */
    List<Locked> lockOwned(UUID runId, List<OwnedLane> sorted) {
        return database.sql("""
                        SELECT k.place, l.lane_id, l.waiting, l.ctid::text AS ctid, l.stop_requested, l.parked
                          FROM unnest(?::uuid[], ?::bigint[]) WITH ORDINALITY AS k (lane_id, epoch, place)
                         CROSS JOIN LATERAL (
                               SELECT lane_id, waiting, ctid, stop_requested, parked_at IS NOT NULL AS parked
                                 FROM lanekeeper.lane
                                WHERE lane_id = k.lane_id AND owner_run = ? AND epoch = k.epoch
                                  FOR UPDATE) AS l
                        """)
                .param(Database.uuids(sorted.stream().map(OwnedLane::laneId).toList()))
                .param(sorted.stream().mapToLong(OwnedLane::epoch).toArray())
                .param(runId)
                .query((row, n) -> new Locked(
                        row.getInt(1),
                        row.getObject(2, UUID.class),
                        row.getInt(3),
                        row.getString(4),
                        row.getBoolean(5),
                        row.getBoolean(6)))
                .list();
    }

    /**
     * The same, and with them, in the one order of all, lanes of others whatever their state: those whose epoch is given as -1.
     * A statement of its own, so that the usual one is planned without a choice.
     */
    List<Locked> lockOwnedAndOthers(UUID runId, List<OwnedLane> sorted) {
        return database.sql("""
                        SELECT k.place, l.lane_id, l.waiting, l.ctid::text AS ctid, l.stop_requested, l.parked
                          FROM unnest(?::uuid[], ?::bigint[]) WITH ORDINALITY AS k (lane_id, epoch, place)
                         CROSS JOIN LATERAL (
                               SELECT lane_id, waiting, ctid, stop_requested, parked_at IS NOT NULL AS parked
                                 FROM lanekeeper.lane
                                WHERE lane_id = k.lane_id AND (k.epoch = -1 OR (owner_run = ? AND epoch = k.epoch))
                                  FOR UPDATE) AS l
                        """)
                .param(Database.uuids(sorted.stream().map(OwnedLane::laneId).toList()))
                .param(sorted.stream().mapToLong(OwnedLane::epoch).toArray())
                .param(runId)
                .query((row, n) -> new Locked(
                        row.getInt(1),
                        row.getObject(2, UUID.class),
                        row.getInt(3),
                        row.getString(4),
                        row.getBoolean(5),
                        row.getBoolean(6)))
                .list();
    }

    /** Deletes lanes that this transaction has locked and not written since. */
    void close(List<String> ctids) {
        database.sql("DELETE FROM lanekeeper.lane WHERE ctid = ANY (?::tid[])")
                .param(ctids.toArray(String[]::new))
                .update();
    }

    /** The run goes on with these lanes, which this transaction has locked. */
    void keep(Map<UUID, Integer> waitingByLane) {
        var lanes = waitingByLane.entrySet().stream().toList();
        database.sql("""
                        UPDATE lanekeeper.lane AS l
                           SET waiting = k.waiting
                          FROM unnest(?::uuid[], ?::int[]) AS k (lane_id, waiting)
                         WHERE l.lane_id = k.lane_id
                        """)
                .param(Database.uuids(lanes.stream().map(Map.Entry::getKey).toList()))
                .param(lanes.stream().mapToInt(Map.Entry::getValue).toArray())
                .update();
    }

    /** How a lane's next due time is found: that of its first item, or of its earliest when items may overtake. */
    record Release(
            UUID laneId,
            int waiting,
            boolean overtake,
            @Nullable String parkReason,
            @Nullable Long parkedItem) {}

    /**
     * Takes the owner from lanes that this transaction has locked. A lane whose head is due is READY from now on, behind the
     * others; one whose head waits for its retry is BLOCKED until then.
     *
     * <p>Where items may overtake, what counts is the first that has never failed, which is due, and the retry that is due
     * first: each is one look into an index, however many items wait.
     */
    List<Released> release(List<Release> releases) {
        return database.sql("""
                        UPDATE lanekeeper.lane AS l
                           SET owner_node = NULL,
                               owner_run = NULL,
                               stop_requested = false,
                               waiting = k.waiting,
                               due_at = greatest(coalesce(head.due_at, l.due_at), now.instant),
                               handler_id = coalesce(head.handler_id, l.handler_id),
                               priority = coalesce(head.priority, 0),
                               parked_at = CASE WHEN k.park_reason IS NULL THEN l.parked_at ELSE now.instant END,
                               park_reason = coalesce(k.park_reason, l.park_reason),
                               parked_item = coalesce(k.parked_item, l.parked_item)
                          FROM (SELECT ?::timestamptz AS instant) AS now
                         CROSS JOIN unnest(?::uuid[], ?::int[], ?::boolean[], ?::text[], ?::bigint[])
                               AS k (lane_id, waiting, overtake, park_reason, parked_item)
                          LEFT JOIN LATERAL (
                               SELECT first.due_at, first.handler_id, first.priority
                                 FROM ((SELECT i.due_at, i.handler_id, i.item_id, i.priority
                                          FROM lanekeeper.lane_item AS i
                                         WHERE i.lane_id = k.lane_id AND (i.attempts = 0 OR NOT k.overtake)
                                         ORDER BY i.lane_id, i.item_id
                                         LIMIT 1)
                                       UNION ALL
                                       (SELECT i.due_at, i.handler_id, i.item_id, i.priority
                                          FROM lanekeeper.lane_item AS i
                                         WHERE i.lane_id = k.lane_id AND i.attempts > 0 AND k.overtake
                                         ORDER BY i.lane_id, i.due_at
                                         LIMIT 1)) AS first
                                ORDER BY first.due_at, first.item_id
                                LIMIT 1) AS head ON true
                         WHERE l.lane_id = k.lane_id
                        RETURNING l.lane_id, l.due_at, l.parked_at IS NOT NULL AS parked
                        """)
                .param(Database.timestamp(clock.instant()))
                .param(Database.uuids(releases.stream().map(Release::laneId).toList()))
                .param(releases.stream().mapToInt(Release::waiting).toArray())
                .param(releases.stream().map(Release::overtake).toArray(Boolean[]::new))
                .param(releases.stream().map(Release::parkReason).toArray(String[]::new))
                .param(releases.stream().map(Release::parkedItem).toArray(Long[]::new))
                .query(Released.class)
                .list();
    }

    /** Creates the lanes of bundled items that failed and wait for their retry alone. */
    void addBlocked(List<Bundled> bundles) {
        database.sql("""
                        INSERT INTO lanekeeper.lane (lane_id, handler_id, waiting, bundle, due_at, priority)
                        SELECT k.lane_id, k.handler_id, 1, true, 'epoch'::timestamptz + k.due_at * interval '1 microsecond',
                               coalesce((SELECT max(i.priority)
                                           FROM lanekeeper.lane_item AS i
                                          WHERE i.item_id = k.item_id), 0)
                          FROM unnest(?::uuid[], ?::int[], ?::bigint[], ?::bigint[]) AS k (lane_id, handler_id, due_at, item_id)
                        """)
                .param(Database.uuids(bundles.stream().map(Bundled::laneId).toList()))
                .param(bundles.stream().mapToInt(Bundled::handlerId).toArray())
                .param(bundles.stream()
                        .mapToLong(b -> Database.micros(b.dueAt()))
                        .toArray())
                .param(bundles.stream().mapToLong(Bundled::itemId).toArray())
                .update();
    }

    record Bundled(UUID laneId, long itemId, int handlerId, Instant dueAt) {}

    /** The lanes that these nodes own, without locking them. */
    List<UUID> ownedBy(Collection<Long> nodeIds) {
        return database.sql("SELECT lane_id FROM lanekeeper.lane WHERE owner_node = ANY (?::bigint[])")
                .param(nodeIds.stream().mapToLong(Long::longValue).toArray())
                .query(UUID.class)
                .list();
    }
}

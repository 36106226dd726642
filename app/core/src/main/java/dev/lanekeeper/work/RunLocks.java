package dev.lanekeeper.work;

import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.LockWaiterStore.Candidate;
import dev.lanekeeper.work.LockWaiterStore.Free;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Frees the locks of lanes whose results are recorded, and wakes those who have waited longest, in that same transaction: the
 * locks first, then all lanes.
 */
final class RunLocks {

    /** How long one who was woken may take to come before others need not wait for it. */
    static final Duration GRACE = Duration.ofSeconds(5);

    private final Database database;
    private final RunLockStore locks;
    private final LockWaiterStore waiters;

    RunLocks(Database database) {
        this.database = database;
        this.locks = new RunLockStore(database);
        this.waiters = new LockWaiterStore(database);
    }

    /**
     * What was freed.
     *
     * @param refused lanes that no longer held what they had taken: a person has given it to others
     * @param woken those who may try now
     */
    record Freed(Set<UUID> refused, List<Candidate> woken) {

        static final Freed NOTHING = new Freed(Set.of(), List.of());

        boolean isRefused(LaneResult result) {
            return refused.contains(result.lane().laneId());
        }

        /** Of a lane that was refused nothing is recorded, and it is given back as soon as its run is not in the middle of an item. */
        LaneResult without(LaneResult result) {
            if (!isRefused(result)) {
                return result;
            }
            var next = result.next() == Next.HOLD ? Next.HOLD : Next.RELEASE;
            return new LaneResult(result.lane(), List.of(), next, result.overtake());
        }
    }

    /** To be called before lanes are locked; costs nothing where no lane holds a lock. */
    Freed free(List<LaneResult> results, Instant now) {
        var holding = results.stream().filter(r -> !r.locks().isEmpty()).toList();
        if (holding.isEmpty()) {
            return Freed.NOTHING;
        }
        locks.lock(holding.stream().flatMap(r -> r.locks().stream()).toList());
        var had = new HashMap<UUID, Set<UUID>>();
        var free = new HashSet<Free>();
        var ended = holding.stream().filter(r -> r.next() != Next.HOLD).toList();
        for (var row : locks.free(ended.stream().map(LaneResult::lane).toList())) {
            had.computeIfAbsent(row.laneId(), l -> new HashSet<>()).add(row.digest());
            free.add(new Free(row.digest(), row.most()));
        }
        var going = holding.stream()
                .filter(r -> r.next() == Next.HOLD)
                .map(r -> r.lane().laneId());
        heldBy(going.toList()).forEach((lane, digests) -> had.put(lane, Set.copyOf(digests)));
        var refused = holding.stream()
                .filter(r -> !had.getOrDefault(r.lane().laneId(), Set.of()).containsAll(r.locks()))
                .map(r -> r.lane().laneId())
                .collect(Collectors.toSet());
        return new Freed(refused, free.isEmpty() ? List.of() : waiters.candidates(List.copyOf(free), now, GRACE));
    }

    /** The lanes of these are locked. */
    void wake(List<Candidate> woken, Instant now) {
        waiters.wake(woken, now);
    }

    /** These are finished. */
    void forgetWaiters(Collection<Long> itemIds) {
        waiters.leave(itemIds);
    }

    /** How many of these locks a lane still has. */
    int count(OwnedLane lane, Collection<UUID> digests) {
        return locks.count(lane, digests);
    }

    /** By lane. */
    Map<UUID, List<UUID>> heldBy(Collection<UUID> laneIds) {
        return laneIds.isEmpty()
                ? Map.of()
                : locks.heldBy(laneIds).stream()
                        .collect(Collectors.groupingBy(
                                RunLockStore.Freed::laneId,
                                Collectors.mapping(RunLockStore.Freed::digest, Collectors.toList())));
    }

    /** What lanes hold that are being taken from their owners; nobody else finds it held from then on. */
    Set<Free> freedWith(Collection<UUID> laneIds) {
        return laneIds.isEmpty()
                ? Set.of()
                : locks.heldBy(laneIds).stream()
                        .map(row -> new Free(row.digest(), row.most()))
                        .collect(Collectors.toSet());
    }

    /** Lets nobody else decide about these locks until the transaction ends; comes before all lanes. */
    void lock(Collection<UUID> digests) {
        locks.lock(digests);
    }

    /** Wakes those who wait for locks that have become free, in a transaction of its own; tells how many. */
    int wakeAll(Collection<Free> freed, Instant now) {
        if (freed.isEmpty()) {
            return 0;
        }
        return database.inTransaction(() -> {
            database.guardLanes();
            locks.lock(freed.stream().map(Free::digest).toList());
            return wakeWithin(freed, now);
        });
    }

    /** The same in the caller's transaction, which has locked these and no lane. */
    int wakeWithin(Collection<Free> freed, Instant now) {
        var woken = freed.isEmpty() ? List.<Candidate>of() : waiters.candidates(List.copyOf(freed), now, GRACE);
        if (woken.isEmpty()) {
            return 0;
        }
        waiters.lockLanes(woken.stream()
                .map(Candidate::laneId)
                .distinct()
                .sorted(LaneIds.LOCK_ORDER)
                .toList());
        waiters.wake(woken, now);
        return woken.size();
    }
}

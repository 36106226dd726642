package dev.lanekeeper.work;

import dev.lanekeeper.work.Tables.LockRow;
import dev.lanekeeper.work.Tables.WaiterRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
import org.jspecify.annotations.Nullable;

/**
 * The model of a {@link Play}: which nodes live, who owns which lane and holds which lock, who waits in which order, and how each
 * item has ended. It says what the stores have to answer, and what has to stand in the tables.
 */
final class Books {

    /** As long as a node's last renewal is no older, nobody may take anything from it. */
    static final Duration LEASE = Duration.ofSeconds(10);

    /** One who was woken and has not come for so long stands in nobody's way. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** The nodes that have a row, and when each has renewed it. */
    final Map<Long, Instant> renewed = new HashMap<>();

    final Map<UUID, Turn> owners = new LinkedHashMap<>();
    final Map<Long, Stored> items = new LinkedHashMap<>();
    final Map<Long, State> ended = new HashMap<>();

    /** Items that a person has had handled after others of their lane, perhaps. */
    final Set<Long> reopened = new HashSet<>();

    final Set<Long> askedToDiscard = new HashSet<>();

    private final Corridor corridor;
    private final Tables tables;
    private final Map<Long, Integer> begun = new HashMap<>();
    private final List<Long> line = new ArrayList<>();
    /** The tokens of what was started under the rate, and until when each start counts. */
    private final Map<Long, Instant> started = new HashMap<>();

    private final Map<LockNeed, Long> lastToken = new HashMap<>();
    private long lastEpoch;

    Books(Corridor corridor, Tables tables) {
        this.corridor = corridor;
        this.tables = tables;
    }

    /** What must not be; an assertion of its own, so that nothing else is taken for it. */
    static final class Fault extends AssertionError {
        private static final long serialVersionUID = 1L;

        Fault(String what) {
            super(what);
        }
    }

    static void require(boolean holds, String otherwise, Object... of) {
        if (!holds) {
            throw new Fault(otherwise.formatted(of));
        }
    }

    record Stored(long itemId, UUID laneId, boolean bundled, List<LockNeed> needs) {}

    Stored item(long itemId) {
        return Objects.requireNonNull(items.get(itemId));
    }

    private Instant now() {
        return corridor.clock.instant();
    }

    boolean isSilent(long nodeId) {
        var at = renewed.get(nodeId);
        return at == null || at.plus(LEASE).isBefore(now());
    }

    boolean isOwner(Turn turn) {
        return owners.get(turn.lane.laneId()) == turn;
    }

    void claimed(Turn turn) {
        require(!owners.containsKey(turn.lane.laneId()), "%s was claimed and has an owner", turn);
        require(turn.lane.epoch() > lastEpoch, "%s was claimed in an epoch that is not new", turn);
        owners.put(turn.lane.laneId(), turn);
    }

    /** The highest of those that were drawn together. */
    void drawn(long epoch) {
        lastEpoch = Math.max(lastEpoch, epoch);
    }

    /** A handler is called by one who owns the lane, for all that anybody can know. */
    void starts(Turn turn, WaitingItem item) {
        require(!ended.containsKey(item.itemId()), "item %d starts and has ended", item.itemId());
        var stored = item(item.itemId());
        for (var earlier : items.values()) {
            var isUndone = earlier.itemId() < item.itemId()
                    && earlier.laneId().equals(stored.laneId())
                    && !stored.bundled()
                    && !ended.containsKey(earlier.itemId())
                    && !reopened.contains(earlier.itemId())
                    && !turn.handled().contains(earlier.itemId());
            require(!isUndone, "item %d starts before item %d", item.itemId(), earlier.itemId());
        }
    }

    void begins(long itemId) {
        begun.merge(itemId, 1, Integer::sum);
    }

    void isGivenUp(long itemId) {
        require(begun.getOrDefault(itemId, 0) >= NodeRescuer.STRIKES, "item %d is given up too early", itemId);
        ended.put(itemId, State.FAILED);
    }

    /** How many hold it by rights; the tables have to know them, and those who do not know that they have lost it do not count. */
    int held(LockNeed need, @Nullable Turn except) {
        if (need.isRate()) {
            return (int) started.values().stream().filter(now()::isBefore).count();
        }
        return (int)
                owners.values().stream().filter(t -> t != except && t.has(need)).count();
    }

    /** Why an item has to wait; {@code null} when it is to be given all that it needs. */
    @Nullable
    String obstacle(Turn turn, Stored item) {
        var before = line.contains(item.itemId()) ? line.subList(0, line.indexOf(item.itemId())) : line;
        var inTheWay = tables.waiters().stream()
                .filter(w -> before.contains(w.itemId()) && !isGone(w.wokenAt() == null ? w.dueAt() : w.wokenAt()))
                .toList();
        for (var need : item.needs()) {
            var held = held(need, turn);
            var ahead = inTheWay.stream()
                    .filter(w -> w.digest().equals(need.digest()))
                    .map(WaiterRow::itemId)
                    .toList();
            if (held + ahead.size() >= need.most()) {
                return "%s is held by %d of %d, and %s come first".formatted(need.name(), held, need.most(), ahead);
            }
        }
        return null;
    }

    private boolean isGone(Instant sign) {
        return !sign.isAfter(now().minus(GRACE));
    }

    void taken(Turn turn, Stored item, long token) {
        line.remove(item.itemId());
        turn.held = item.needs().stream().filter(n -> !n.isRate()).toList();
        for (var need : item.needs()) {
            if (need.per() != null) {
                started.put(token, now().plus(need.per()));
            }
            require(token > lastToken.getOrDefault(need, 0L), "the token of %s does not grow", need.name());
            lastToken.put(need, token);
        }
    }

    /** Whoever had it, if anybody, will learn it too late. */
    /** Whether somebody has it, so that a person can take it away. */
    boolean counts(LockRow row, Instant now) {
        var owner = owners.get(row.laneId());
        var expires = row.expiresAt();
        return expires == null ? owner != null && owner.lane.epoch() == row.epoch() : expires.isAfter(now);
    }

    void takenAway(LockRow row, LockNeed need) {
        var owner = owners.get(row.laneId());
        if (need.isRate()) {
            started.remove(row.token());
        } else if (owner != null && owner.lane.epoch() == row.epoch()) {
            owner.robbedOf.add(need);
        }
    }

    void waits(long itemId) {
        if (!line.contains(itemId)) {
            line.add(itemId);
        }
    }

    /** Those who wait no more lose their places. */
    void swept() {
        line.removeIf(ended::containsKey);
    }

    void recorded(Turn turn, Collection<ItemResult> results) {
        for (var result : results) {
            if (result instanceof ItemResult.Finished finished) {
                var before = ended.put(finished.itemId(), finished.state());
                require(before == null, "item %d of %s was recorded twice", finished.itemId(), turn);
            }
        }
    }

    /**
     * Those who have waited longest are awake, as many as there is room for, but for those that a person wants discarded; a rate is
     * nothing that anybody frees.
     */
    void requireAwake(Collection<LockNeed> freed) {
        if (freed.isEmpty()) {
            return;
        }
        var waiters = tables.waiters();
        for (var need : freed) {
            waiters.stream()
                    .filter(w -> w.digest().equals(need.digest()) && (w.wokenAt() == null || !isGone(w.wokenAt())))
                    .filter(w -> !askedToDiscard.contains(w.itemId()))
                    .sorted(Comparator.comparing(w -> line.indexOf(w.itemId())))
                    .limit(Math.max(0, need.most() - held(need, null)))
                    .forEach(w -> require(
                            w.wokenAt() != null && !w.dueAt().isAfter(now()),
                            "%s is free and item %d, which has waited longest, was not woken",
                            need.name(),
                            w.itemId()));
        }
    }

    /** Each item is in one bucket, and each bucket has as many as are said to be in it. */
    void checkConservation() {
        var faults = new ConservationSearch(corridor.database).faults();
        require(faults.isEmpty(), "%s", faults);
    }

    /** What must hold after each move. */
    void check(Collection<Turn> believers) {
        checkLanes();
        checkLocks(believers);
        checkOutcomes();
    }

    private void checkLanes() {
        var lanes = tables.lanes();
        for (var lane : lanes) {
            var owner = owners.get(lane.laneId());
            var isRight = owner == null
                    ? lane.ownerRun() == null
                    : owner.run.runId().equals(lane.ownerRun()) && owner.lane.epoch() == lane.epoch();
            require(isRight, "%s by the tables, by rights the owner is: %s", lane, owner);
            require(lane.ownerRun() != null || lane.parked() || !lane.late(), "%s is due later than its head", lane);
        }
        var there = lanes.stream().map(Tables.LaneRow::laneId).collect(Collectors.toSet());
        owners.values().forEach(t -> require(there.contains(t.lane.laneId()), "%s is not there", t));
    }

    private void checkLocks(Collection<Turn> believers) {
        var rows = tables.locks().stream()
                .filter(this::counts)
                .collect(Collectors.groupingBy(LockRow::digest, Collectors.counting()));
        for (var need : Play.LOCKS) {
            var byTheTables = rows.getOrDefault(need.digest(), 0L);
            var held = held(need, null);
            require(byTheTables == held, "%s is held by %d, and by the tables by %d", need.name(), held, byTheTables);
            require(held <= need.most(), "%s is held by %d of %d", need.name(), held, need.most());
            var believing = believers.stream().filter(t -> t.has(need)).count();
            require(believing <= need.most(), "%d of %d work with %s", believing, need.most(), need.name());
        }
    }

    private boolean counts(LockRow row) {
        if (row.expiresAt() != null) {
            return now().isBefore(row.expiresAt());
        }
        var owner = owners.get(row.laneId());
        return owner != null && owner.lane.epoch() == row.epoch();
    }

    private void checkOutcomes() {
        var outcomes = tables.outcomes();
        outcomes.forEach((item, state) -> {
            if (state == State.DISCARDED && askedToDiscard.contains(item)) {
                ended.putIfAbsent(item, State.DISCARDED);
            }
        });
        require(outcomes.equals(ended), "by the tables items have ended so: %s, and by rights: %s", outcomes, ended);
    }
}

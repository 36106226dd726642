package dev.lanekeeper.work;

import static dev.lanekeeper.work.Books.require;

import dev.lanekeeper.work.Books.Stored;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.RunLocker.Answer;
import dev.lanekeeper.work.RunLocker.Asker;
import dev.lanekeeper.work.SuspectRecorder.Begun;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A process of a {@link Play}: what the runs and the heartbeat of a node do, step by step and without threads. */
final class PlayProcess {

    /** After so long without a renewal it starts nothing. */
    private static final Duration STARTS = Duration.ofSeconds(6);

    private static final int CHUNK = 3;
    private static final int MANY = 1_000;

    private final Play play;
    private final Books books;
    private final Corridor corridor;
    private final ResultRecorder recorder;
    private final SuspectRecorder suspects;
    private final List<Turn> turns = new ArrayList<>();
    private final Set<Turn> forgotten = new HashSet<>();
    private Set<Long> unknownBefore = Set.of();
    private long nodeId;
    private Instant renewedAt;
    private Instant unbrokenSince;
    private boolean beats = true;
    private boolean frozen;
    private boolean hasLooked;
    private boolean records;

    PlayProcess(Play play) {
        this.play = play;
        this.books = play.books;
        this.corridor = play.corridor;
        this.recorder = corridor.recorder();
        this.suspects = new SuspectRecorder(corridor.database, corridor.clock);
        this.renewedAt = now();
        this.unbrokenSince = now();
        begin();
    }

    private void begin() {
        nodeId = corridor.node();
        corridor.nodes.renew(nodeId, "[]");
        renewedAt = now();
        unbrokenSince = now();
        books.renewed.put(nodeId, renewedAt);
    }

    private Instant now() {
        return corridor.clock.instant();
    }

    List<Turn> turns() {
        return turns;
    }

    boolean isFrozen() {
        return frozen;
    }

    /** Those who may hold by all that they can know. */
    Stream<Turn> believers() {
        return renewedAt.plus(Books.LEASE).isBefore(now()) ? Stream.of() : turns.stream();
    }

    /** What it is about to do when it freezes. */
    enum Freeze {
        /** It has just looked at its lease. */
        BEFORE_AN_ITEM,
        BEFORE_A_RECORD,
        BEFORE_NOTHING
    }

    void freeze(Freeze before) {
        hasLooked = before == Freeze.BEFORE_AN_ITEM && mayStart();
        records = before == Freeze.BEFORE_A_RECORD;
        frozen = true;
    }

    /** Goes on with what it was about to do. */
    void thaw() {
        frozen = false;
        if (hasLooked) {
            turns.stream().filter(t -> !t.isWorking()).findFirst().ifPresent(this::start);
        } else if (records) {
            List.copyOf(turns).forEach(t -> record(t, t.isWorking() ? Next.HOLD : Next.KEEP));
        }
        hasLooked = false;
        records = false;
    }

    void heartBeats(boolean goesOn) {
        beats = goesOn;
    }

    void forget(Turn turn) {
        turns.remove(turn);
        forgotten.add(turn);
    }

    void claim(int lanes) {
        if (frozen) {
            return;
        }
        var run = new Run(nodeId, UUID.randomUUID());
        var claimed = new LaneClaimer(corridor.database, corridor.clock, Probe.NONE)
                .claim(nodeId, Map.of(corridor.handlerId, MANY), ready -> Map.of(run.runId(), some(ready, lanes)))
                .getOrDefault(run.runId(), List.of());
        require(claimed.isEmpty() || books.renewed.containsKey(nodeId), "node %d, which is dead, has claimed", nodeId);
        for (var lane : claimed) {
            var turn = new Turn(run, lane);
            books.claimed(turn);
            turns.add(turn);
        }
        claimed.forEach(l -> books.drawn(l.epoch()));
    }

    /** Always the same, which of those that are READY for equally long come first in the tables is left to chance. */
    private List<UUID> some(Map<Integer, List<UUID>> ready, int lanes) {
        return ready.getOrDefault(corridor.handlerId, List.of()).stream()
                .sorted()
                .limit(lanes)
                .toList();
    }

    private boolean mayStart() {
        return now().isBefore(renewedAt.plus(STARTS));
    }

    /** Goes on with the next item of the lane, up to the call of its handler. */
    void start(Turn turn) {
        if (turn.isOver) {
            turn.read.clear();
            record(turn, Next.KEEP);
            return;
        }
        if (turn.read.isEmpty()) {
            corridor.read(turn.lane).stream()
                    .filter(i -> !turn.handled().contains(i.itemId()))
                    .limit(CHUNK)
                    .forEach(turn.read::add);
        }
        var item = turn.read.peek();
        if (item == null || item.dueAt().isAfter(now())) {
            record(turn, Next.RELEASE);
            return;
        }
        if (mayStart() || hasLooked) {
            turn.read.remove();
            start(turn, item);
        }
    }

    private void start(Turn turn, WaitingItem item) {
        var needs = books.item(item.itemId()).needs();
        turn.isSuspect = turn.lane.isSuspect(item.itemId());
        if (turn.isSuspect && !begin(turn, item)) {
            return;
        }
        if (!turn.held.equals(needs)) {
            if (!flush(turn) || (!needs.isEmpty() && !take(turn, item))) {
                return;
            }
        }
        if (books.isOwner(turn)) {
            books.starts(turn, item);
        }
        turn.working = item;
    }

    private boolean begin(Turn turn, WaitingItem item) {
        if (!flush(turn)) {
            return false;
        }
        var begun = suspects.begin(turn.run, turn.lane, item.itemId(), strikes -> true);
        require((begun == Begun.YES) == books.isOwner(turn), "the start of item %d: %s", item.itemId(), begun);
        if (begun == Begun.YES) {
            books.begins(item.itemId());
            return true;
        }
        turns.remove(turn);
        return false;
    }

    /** What was done is recorded before other locks are taken; false when the lane is no longer its own. */
    private boolean flush(Turn turn) {
        if (!turn.results.isEmpty() || !turn.held.isEmpty()) {
            record(turn, Next.KEEP);
        }
        return turns.contains(turn);
    }

    private boolean take(Turn turn, WaitingItem item) {
        var stored = books.item(item.itemId());
        var isOwner = books.isOwner(turn);
        var obstacle = isOwner ? books.obstacle(turn, stored) : null;
        var answer = play.locker.take(new Asker(turn.run, 1, turn.lane, item, false), stored.needs(), true);
        if (answer instanceof Answer.Taken taken) {
            require(isOwner, "%s was given locks, and it is not its own", turn);
            require(obstacle == null, "item %d was given its locks, although %s", item.itemId(), obstacle);
            books.taken(turn, stored, taken.token());
            return true;
        }
        if (answer instanceof Answer.Waiting waiting) {
            require(
                    !isOwner || obstacle != null,
                    "item %d was not given its locks, and nothing is in its way",
                    item.itemId());
            waits(turn, stored, waiting.recorded());
        } else {
            require(!isOwner, "%s is its own, and was said to be lost", turn);
            turns.remove(turn);
        }
        return false;
    }

    private void waits(Turn turn, Stored item, Recorded recorded) {
        var isLost = recorded.lost().contains(turn.lane.laneId());
        require(isLost != books.isOwner(turn), "the wait of item %d: %s", item.itemId(), recorded);
        if (!isLost) {
            books.waits(item.itemId());
        }
        settle(turn, recorded);
    }

    private void settle(Turn turn, Recorded recorded) {
        if (!recorded.kept().contains(turn.lane.laneId())) {
            turns.remove(turn);
            if (books.isOwner(turn)) {
                books.owners.remove(turn.lane.laneId());
            }
        }
    }

    /** @param how most items are done; some fail, and come again or do not */
    void end(Turn turn, int how) {
        var item = Objects.requireNonNull(turn.working);
        var result = switch (how % 10) {
            case 6 -> corridor.retry(item, Duration.ofSeconds(3));
            case 7 -> corridor.finished(item, State.FAILED, false);
            case 8 -> corridor.finished(item, State.REJECTED, false);
            case 9 -> corridor.finished(item, State.FAILED, true);
            default -> corridor.done(item);
        };
        turn.handled(result);
        var isOver = (how % 10 == 6 && !turn.lane.bundle()) || how % 10 == 9;
        if (isOver || turn.isSuspect) {
            record(turn, isOver ? Next.RELEASE : Next.KEEP);
        }
    }

    void record(Turn turn, Next next) {
        var isOwner = books.isOwner(turn);
        var isRight = isOwner && turn.robbedOf.isEmpty();
        var freed = isOwner && next != Next.HOLD ? turn.has() : List.<LockNeed>of();
        turn.isOver = next == Next.HOLD;
        var said = turn.say(next);
        var recorded = recorder.record(turn.run, 1, List.of(said));
        require(
                recorded.lost().contains(turn.lane.laneId()) != isRight,
                isRight ? "%s could not record: %s" : "%s has recorded, and had lost it: %s",
                turn,
                recorded);
        require(recorded.missing().isEmpty(), "%s has recorded what is not there: %s", turn, recorded.missing());
        if (isRight) {
            books.recorded(turn, said.results());
        }
        settle(turn, recorded);
        books.requireAwake(freed);
    }

    void beat() {
        if (frozen || !beats) {
            return;
        }
        var renewed = corridor.nodes.renew(nodeId, running());
        require(renewed == books.renewed.containsKey(nodeId), "the renewal of node %d: %s", nodeId, renewed);
        if (!renewed) {
            turns.clear();
            begin();
            return;
        }
        if (renewedAt.plus(STARTS).isBefore(now())) {
            unbrokenSince = now();
        }
        renewedAt = now();
        books.renewed.put(nodeId, renewedAt);
        giveBackForgotten();
        if (!unbrokenSince.plus(Books.LEASE).isAfter(now())) {
            rescue();
        }
    }

    private String running() {
        return turns.stream()
                .filter(Turn::isWorking)
                .map(t -> "{\"item\": " + Objects.requireNonNull(t.working).itemId() + "}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    /** Lanes that are its own by the tables, and not in its memory, twice in a row. */
    private void giveBackForgotten() {
        var known = turns.stream().map(t -> t.lane.epoch()).collect(Collectors.toSet());
        var unknown = new LaneSearch(corridor.database)
                .ownedBy(nodeId).stream()
                        .filter(l -> !known.contains(l.epoch()))
                        .toList();
        for (var lane : unknown) {
            if (unknownBefore.contains(lane.epoch())) {
                giveBack(lane);
            }
        }
        unknownBefore = unknown.stream().map(LaneSearch.Owned::epoch).collect(Collectors.toCollection(HashSet::new));
    }

    private void giveBack(LaneSearch.Owned lane) {
        var locks = recorder.locksOf(List.of(lane.laneId())).getOrDefault(lane.laneId(), List.of());
        recorder.record(
                new Run(nodeId, lane.ownerRun()),
                1,
                List.of(new LaneResult(lane.lane(), List.of(), Next.RELEASE, true, locks)));
        var owner = books.owners.get(lane.laneId());
        if (owner != null && forgotten.remove(owner)) {
            books.owners.remove(lane.laneId());
            books.requireAwake(owner.has());
        }
    }

    /** Declares dead whoever has been silent for long enough, and nobody else. */
    void rescue() {
        var silent = books.renewed.keySet().stream()
                .filter(n -> n != nodeId && books.isSilent(n))
                .collect(Collectors.toSet());
        var rescued = corridor.rescuer().rescue(nodeId, Books.LEASE);
        require(
                silent.equals(Set.copyOf(rescued.deadNodes())),
                "%s are silent, and declared dead were %s",
                silent,
                rescued.deadNodes());
        books.renewed.keySet().removeAll(silent);
        var freed = books.owners.values().stream()
                .filter(t -> silent.contains(t.run.nodeId()))
                .toList();
        freed.forEach(t -> books.owners.remove(t.lane.laneId()));
        require(rescued.lanes() == freed.size(), "%d lanes were freed, and not %s", rescued.lanes(), freed);
        rescued.workersLost().forEach(f -> books.isGivenUp(f.itemId()));
        books.requireAwake(freed.stream().flatMap(t -> t.has().stream()).collect(Collectors.toSet()));
    }
}

package dev.lanekeeper.work;

import dev.lanekeeper.work.ItemResult.Postponed;
import dev.lanekeeper.work.LaneResult.Next;
import dev.lanekeeper.work.RunLockStore.Standing;
import dev.lanekeeper.work.RunLockStore.Taker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Gives an item all the locks that it needs, or none: then its lane is given back and waits, the oldest waiter goes first, and no
 * worker is held. Each call is one transaction: the locks first, then the lane.
 *
 * <p>Called by runs on workers' threads, for handlers that use locks.
 */
public final class RunLocker {

    /** After what time one who waits looks for itself, although nobody has woken it; a second more for each who is before it. */
    private static final Duration SAFETY = Duration.ofSeconds(10);

    private final Database database;
    private final RunLockStore locks;
    private final LockWaiterStore waiters;
    private final ResultRecorder recorder;
    private final Clock clock;

    public RunLocker(Database database, ResultRecorder recorder, Clock clock) {
        this.database = database;
        this.locks = new RunLockStore(database);
        this.waiters = new LockWaiterStore(database);
        this.recorder = recorder;
        this.clock = clock;
    }

    /** What became of an item that needs locks. */
    public sealed interface Answer {

        /**
         * It has them all.
         *
         * @param token higher than that of every earlier holder of any of them
         * @param held those that are to be freed
         * @param waited whether it goes on standing among those who wait, for what else it needs
         */
        record Taken(long token, List<UUID> held, boolean waited) implements Answer {}

        /** It waits; its lane was given back, or goes on without it. */
        record Waiting(LaneResult result, Recorded recorded) implements Answer {}

        /**
         * It does not wait, or has waited long enough.
         *
         * @param holder the item that has the lock; {@code null} when others come first
         * @param hops how often it was rescheduled for it
         */
        record Refused(LockNeed need, @Nullable Long holder, int hops) implements Answer {}

        /** The lane is no longer this run's: others may hold what it asks for, in the same lane. */
        record Gone() implements Answer {}
    }

    /** An item of a lane that a run owns; nothing that was done in the lane is unrecorded. */
    public record Asker(Run run, int slot, OwnedLane lane, WaitingItem item, boolean overtake) {}

    /** @param hasAll whether it needs nothing besides; otherwise it keeps its place among those who wait */
    public Answer take(Asker asker, List<LockNeed> needs, boolean hasAll) {
        return database.inTransaction(() -> {
            database.guardLanes();
            return decide(asker, needs, hasAll);
        });
    }

    /** Why an item waits whose turn it is in this application; {@code lock_waiter.elsewhere} numbers them from 1. */
    public enum Elsewhere {
        ANOTHER_APPLICATION,
        NO_ANSWER
    }

    /**
     * The item has these locks of the database no more, and waits for others that somebody outside has.
     *
     * @param comes when it looks again, unless it is woken before
     * @param why {@code null} when they are on their way to be freed by this application
     */
    public Answer giveWay(Asker asker, List<LockNeed> needs, Instant comes, @Nullable Elsewhere why) {
        return database.inTransaction(() -> {
            database.guardLanes();
            locks.lock(needs.stream().map(LockNeed::digest).toList());
            var now = clock.instant();
            var nobody = new Standing(0, 0, 0, null, 0, false, true);
            var missing = needs.stream().map(n -> new Missing(n, nobody)).toList();
            var answer = postpone(new Wanted(asker, needs, missing), now, comes);
            if (answer instanceof Answer.Waiting && why != null) {
                waiters.elsewhere(asker.item().itemId(), needs, why);
            }
            return answer;
        });
    }

    /** An item has all that it waited for. */
    public void leave(WaitingItem item) {
        database.inTransaction(() -> {
            waiters.leave(item.itemId());
            return item;
        });
    }

    private Answer decide(Asker asker, List<LockNeed> needs, boolean hasAll) {
        var digests = needs.stream().map(LockNeed::digest).toList();
        locks.lock(digests);
        var now = clock.instant();
        var taker = new Taker(asker.run(), asker.lane(), asker.item());
        var standings = locks.standings(taker, needs, now, RunLocks.GRACE);
        if (!standings.get(0).owned()) {
            return new Answer.Gone();
        }
        if (standings.stream().anyMatch(s -> s.dead() > 0)) {
            locks.forgetDead(digests, asker.lane().laneId(), now);
        }
        var missing = new ArrayList<Missing>();
        for (var n = 0; n < needs.size(); n++) {
            var need = needs.get(n);
            var standing = standings.get(n);
            if (standing.held() + standing.ahead() >= need.most()) {
                missing.add(new Missing(need, standing));
            }
        }
        if (!missing.isEmpty()) {
            return postpone(new Wanted(asker, needs, missing), now, null);
        }
        var waited = standings.get(0).waited();
        if (waited && hasAll) {
            waiters.leave(asker.item().itemId());
        }
        return take(taker, needs, now, waited && !hasAll);
    }

    private record Missing(LockNeed need, Standing standing) {}

    private record Wanted(Asker asker, List<LockNeed> needs, List<Missing> missing) {

        /** Whoever starts uses up a part of a rate, so nobody stands in line for one that he could have. */
        List<LockNeed> free() {
            return needs.stream()
                    .filter(n -> !n.isRate()
                            && missing.stream().noneMatch(m -> m.need().equals(n)))
                    .toList();
        }
    }

    private Answer take(Taker taker, List<LockNeed> needs, Instant now, boolean waited) {
        var token = locks.take(taker, needs, now);
        return new Answer.Taken(
                token,
                needs.stream().filter(n -> !n.isRate()).map(LockNeed::digest).toList(),
                waited);
    }

    private Answer postpone(Wanted wanted, Instant now, @Nullable Instant looksAt) {
        var asker = wanted.asker();
        var waited = waiters.waited(asker.item().itemId());
        var since = waited.isEmpty() ? now : waited.get(0).since();
        for (var m : wanted.missing()) {
            var patience = m.need().patience();
            if (patience != null && !since.plus(patience).isAfter(now)) {
                var hops = waited.isEmpty() ? 0 : waited.get(0).hops();
                if (!waited.isEmpty()) {
                    waiters.leave(asker.item().itemId());
                }
                return new Answer.Refused(m.need(), m.standing().holder(), hops);
            }
        }
        return wait(wanted, new Times(since, now, looksAt));
    }

    /** @param looksAt when the item comes by itself at the latest; {@code null} where that follows from those before it */
    private record Times(
            Instant since, Instant now, @Nullable Instant looksAt) {}

    private Answer wait(Wanted wanted, Times times) {
        var asker = wanted.asker();
        var missing = wanted.missing();
        var now = times.now();
        var comes = missing.stream().map(m -> comes(m, now)).toList();
        enter(wanted, comes, now);
        var dueAt = dueAt(missing, comes, times);
        var postponed = new Postponed(asker.item().itemId(), asker.item().handlerId(), now, dueAt);
        var next = asker.overtake() || asker.lane().bundle() ? Next.KEEP : Next.RELEASE;
        var result = new LaneResult(asker.lane(), List.of(postponed), next, asker.overtake());
        return new Answer.Waiting(result, recorder.recordWithin(asker.run(), asker.slot(), List.of(result)));
    }

    /** Also for what is free: others would take it in turn, and the item might never find all that it needs free at once. */
    private void enter(Wanted wanted, List<Instant> comes, Instant now) {
        var needs = new ArrayList<>(wanted.missing().stream().map(Missing::need).toList());
        var wokenAt = new ArrayList<>(comes);
        for (var need : wanted.free()) {
            needs.add(need);
            wokenAt.add(Instant.MAX);
        }
        waiters.enter(wanted.asker().item(), needs, wokenAt, now);
    }

    /** A part of a rate comes back at a time that is known; everything else when somebody frees it. */
    private Instant comes(Missing missing, Instant now) {
        var need = missing.need();
        var per = need.per();
        if (per == null || missing.standing().held() < need.most()) {
            return Instant.MAX;
        }
        var skipped = missing.standing().held() + missing.standing().ahead() - need.most();
        var rounds = skipped / need.most();
        var expiry = locks.expiry(need.digest(), now, skipped % need.most());
        return (expiry == null ? now.plus(per) : expiry).plus(per.multipliedBy(rounds));
    }

    private static Instant dueAt(List<Missing> missing, List<Instant> comes, Times times) {
        var known = comes.stream().filter(c -> !c.equals(Instant.MAX)).max(Instant::compareTo);
        var ahead = missing.stream().mapToInt(m -> m.standing().ahead()).max().orElse(0);
        var looks =
                times.looksAt() == null ? times.now().plus(SAFETY).plusSeconds(Math.min(ahead, 100)) : times.looksAt();
        var dueAt =
                known.filter(k -> comes.stream().noneMatch(Instant.MAX::equals)).orElse(looks);
        for (var m : missing) {
            var patience = m.need().patience();
            var end = patience == null ? dueAt : times.since().plus(patience);
            dueAt = end.isBefore(dueAt) ? end : dueAt;
        }
        return dueAt;
    }

    /**
     * Remembers how often an item that was refused has been rescheduled, in a transaction of its own.
     *
     * @param again when it comes again; its patience counts from then on
     */
    public void reschedule(WaitingItem item, LockNeed need, int hops, Instant again) {
        database.inTransaction(() -> {
            waiters.hop(item, need, hops, again);
            return item;
        });
    }

    /** An item that was given these with this token does not start, and so it does not count for their rates. */
    public void takeBack(List<LockNeed> needs, long token) {
        var rates =
                needs.stream().filter(LockNeed::isRate).map(LockNeed::digest).toList();
        if (!rates.isEmpty()) {
            database.inTransaction(() -> locks.takeBack(rates, token));
        }
    }

    /** Forgets rows that hold nothing and items that wait no more; tells how many it were. */
    public int sweep(int most) {
        if (!locks.isAnythingLeft()) {
            return 0;
        }
        return database.inTransaction(() -> {
            database.guardLanes();
            return locks.forget(clock.instant(), most) + waiters.forget(most);
        });
    }

    /** The names of these needs, for a log. */
    public static String names(List<LockNeed> needs) {
        return needs.stream().map(LockNeed::name).collect(Collectors.joining(", "));
    }
}

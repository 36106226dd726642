package dev.lanekeeper.work;

import dev.lanekeeper.work.ConflictStore.Loss;
import dev.lanekeeper.work.JobStore.End;
import dev.lanekeeper.work.UniqueDecision.Conflicted;
import dev.lanekeeper.work.UniqueDecision.Fate;
import dev.lanekeeper.work.UniqueDecision.Party;
import dev.lanekeeper.work.UniqueStore.Taking;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the arrivals of one batch, as it was decided, told with the ids that they have by now. Used by the thread of its
 * transaction alone.
 */
final class UniqueFates<T> {

    private final List<Arrival<T>> arrivals;
    private final UniqueDecision decision;
    private final @Nullable Long[] ids;

    UniqueFates(List<Arrival<T>> arrivals, UniqueDecision decision) {
        this.arrivals = arrivals;
        this.decision = decision;
        this.ids = new Long[arrivals.size()];
    }

    /** The numbers of the arrivals with such a fate. */
    List<Integer> those(Class<? extends Fate> fate) {
        return IntStream.range(0, arrivals.size())
                .filter(n -> fate.isInstance(decision.fates().get(n)))
                .boxed()
                .toList();
    }

    List<T> works(List<Integer> numbers) {
        return numbers.stream().map(n -> arrivals.get(n).work()).toList();
    }

    void remember(List<Integer> numbers, List<Long> itsIds) {
        for (var n = 0; n < numbers.size(); n++) {
            ids[numbers.get(n)] = itsIds.get(n);
        }
    }

    /** Whoever it is by now. */
    long id(Party party) {
        return decision.lasting(party) instanceof Party.Known known
                ? known.holder().holderId()
                : Objects.requireNonNull(
                        ids[((Party.Arriving) decision.lasting(party)).number()],
                        "an arrival that holds a lock was not stored");
    }

    /** That of an arrival that was stored. */
    long idOf(int number) {
        return Objects.requireNonNull(ids[number]);
    }

    End endOf(int number) {
        var ended = (Fate.Ends) decision.fates().get(number);
        var winner = id(ended.because().with());
        return new End(ended.state(), reason(number, ended.because().reason(), winner), winner);
    }

    private String reason(int number, ConflictReason reason, long winner) {
        var key = Objects.requireNonNull(arrivals.get(number).claim()).key();
        return switch (reason) {
            case DUPLICATE, REJECTED, RESCHEDULED, THROTTLED ->
                "duplicate of job " + winner + ", which has the key " + key;
            case REPLACED, DEBOUNCED -> "replaced by job " + winner + ", which has the same key " + key;
            case UPDATED -> "its payload was taken by job " + winner + ", which has the key " + key;
            case GAVE_UP ->
                "put off " + arrivals.get(number).hops() + " times, and job " + winner + " has the key " + key;
            default -> throw new IllegalStateException(reason + " is decided in the run");
        };
    }

    /** The locks of those that hold one from now on. */
    List<Taking> takings(Instant now) {
        var takings = new ArrayList<Taking>();
        for (var n = 0; n < arrivals.size(); n++) {
            var fate = decision.fates().get(n);
            var claim = arrivals.get(n).claim();
            if (claim == null || !holds(fate)) {
                continue;
            }
            takings.add(taking(n, fate instanceof Fate.IsPutOff later ? later.dueAt() : now));
        }
        return takings;
    }

    /** The locks that those want who end without one. */
    List<Taking> wants(Instant now) {
        return those(Fate.Ends.class).stream().map(n -> taking(n, now)).toList();
    }

    private Taking taking(int number, Instant from) {
        var claim = Objects.requireNonNull(arrivals.get(number).claim());
        var ttl = claim.rule().ttl();
        return new Taking(claim, arrivals.get(number).handlerId(), idOf(number), ttl == null ? null : from.plus(ttl));
    }

    private static boolean holds(Fate fate) {
        return (fate instanceof Fate.Enters enters && enters.holdsLock())
                || (fate instanceof Fate.IsPutOff later && later.holdsLock());
    }

    /** The conflicts, each on whom it is seen. */
    List<Loss> losses() {
        var losses = new ArrayList<Loss>();
        for (var n = 0; n < arrivals.size(); n++) {
            var arrival = arrivals.get(n);
            var conflict = conflict(n);
            if (conflict != null) {
                // Of those that were replaced it is the winner on which it is seen.
                var replaces = decision.replacedBy(n) != null;
                losses.add(Loss.of(
                        Objects.requireNonNull(arrival.claim()),
                        arrival.handlerId(),
                        id(replaces ? new Party.Arriving(n) : conflict.with()),
                        conflict.reason()));
            }
        }
        return losses;
    }

    private @Nullable Conflicted conflict(int number) {
        var replaced = decision.replacedBy(number);
        if (replaced != null) {
            return replaced;
        }
        var fate = decision.fates().get(number);
        if (fate instanceof Fate.Ends ended) {
            return isReplaced(ended) ? null : ended.because();
        }
        if (fate instanceof Fate.IsDropped dropped) {
            return dropped.because();
        }
        return fate instanceof Fate.IsPutOff later ? later.because() : null;
    }

    /** By a later arrival of this batch. */
    private static boolean isReplaced(Fate.Ends ended) {
        var reason = ended.because().reason();
        return reason == ConflictReason.REPLACED || reason == ConflictReason.DEBOUNCED;
    }

    /** For each arrival with a claim, {@code null} for the others. */
    List<@Nullable StoredJob> results() {
        var results = new ArrayList<@Nullable StoredJob>();
        for (var n = 0; n < arrivals.size(); n++) {
            results.add(arrivals.get(n).claim() == null ? null : result(n));
        }
        return results;
    }

    private StoredJob result(int number) {
        var fate = decision.fates().get(number);
        if (fate instanceof Fate.IsDropped dropped) {
            return new StoredJob.Duplicate(id(dropped.because().with()));
        }
        var id = Objects.requireNonNull(ids[number]);
        if (fate instanceof Fate.Ends ended) {
            // Who takes its place tells that, so that it is told once, as if they had not come together.
            return isReplaced(ended) ? stored(number, id, null) : lost(id, ended);
        }
        var later = fate instanceof Fate.IsPutOff put ? put : null;
        var because = later == null ? null : later.because();
        if (later != null && because != null) {
            return new StoredJob.PutOff(id, later.dueAt(), id(because.with()), later.holdsLock());
        }
        return stored(number, id, later == null ? null : later.dueAt());
    }

    private StoredJob stored(int number, long id, @Nullable Instant dueAt) {
        var replaced = decision.replacedBy(number);
        return replaced == null
                ? new StoredJob.Stored(id, dueAt)
                : new StoredJob.Replaced(id, dueAt, replacedId(replaced.with()));
    }

    /** That of the one itself, not of whoever is there in its place. */
    private long replacedId(Party party) {
        return party instanceof Party.Known known
                ? known.holder().holderId()
                : Objects.requireNonNull(ids[((Party.Arriving) party).number()]);
    }

    private StoredJob lost(long id, Fate.Ends ended) {
        var winner = id(ended.because().with());
        return switch (ended.because().reason()) {
            case REJECTED -> new StoredJob.Rejected(id, winner);
            case UPDATED -> new StoredJob.Updated(winner);
            case GAVE_UP -> new StoredJob.GaveUp(winner);
            default -> new StoredJob.Duplicate(winner);
        };
    }
}

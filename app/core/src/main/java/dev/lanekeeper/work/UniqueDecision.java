package dev.lanekeeper.work;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.work.Pace.Window;
import dev.lanekeeper.work.ThrottleStore.Slot;
import dev.lanekeeper.work.UniqueStore.Holder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides, for all that one transaction stores, who gets the lock of its key and what becomes of the others; calls nobody and
 * reads nothing. Those that come earlier in the batch come first.
 */
final class UniqueDecision {

    private final List<? extends Arrival<?>> arrivals;
    private final Terms terms;
    private final List<Fate> fates = new ArrayList<>();
    private final Map<UUID, List<Occupant>> occupants = new HashMap<>();
    private final Map<Holder, Integer> removals = new LinkedHashMap<>();
    private final Map<Party, Integer> updates = new LinkedHashMap<>();
    private final Map<Integer, Conflicted> replaced = new HashMap<>();

    /**
     * @param untouchable holders that were found to be at work when they were to be changed
     * @param drops whether a duplicate leaves no item, since whoever enqueued it is told
     */
    record Terms(Instant now, Set<Long> untouchable, boolean drops) {}

    /** One that has a lock, or wants it: another arrival of this batch, or somebody who was there before. */
    sealed interface Party {

        record Known(Holder holder) implements Party {}

        record Arriving(int number) implements Party {}
    }

    record Conflicted(ConflictReason reason, Party with) {}

    /** What becomes of an arrival. */
    sealed interface Fate {

        /** It is an item now. */
        record Enters(boolean holdsLock) implements Fate {}

        /**
         * It comes later.
         *
         * @param because {@code null} when it was to run later anyway
         * @param inTurn whether it was to run at once, and waits until as many as may of its key have begun long enough ago
         */
        record IsPutOff(
                Instant dueAt, boolean holdsLock, @Nullable Conflicted because, boolean inTurn) implements Fate {}

        /** It is kept as an item that has ended. */
        record Ends(State state, Conflicted because) implements Fate {}

        record IsDropped(Conflicted because) implements Fate {}
    }

    private record Occupant(
            Party party,
            @Nullable Instant beginsAt,
            @Nullable Instant expiresAt,
            boolean inTurn) {}

    private UniqueDecision(List<? extends Arrival<?>> arrivals, Terms terms) {
        this.arrivals = arrivals;
        this.terms = terms;
    }

    /**
     * Decides.
     *
     * @param holders who holds each of the locks that are claimed, the longest first
     * @param slots the same of those that are throttled
     */
    static UniqueDecision of(
            List<? extends Arrival<?>> arrivals,
            Map<UUID, List<Holder>> holders,
            Map<UUID, List<Slot>> slots,
            Terms terms) {
        var decision = new UniqueDecision(arrivals, terms);
        holders.forEach((digest, those) -> decision.occupants.put(
                digest,
                new ArrayList<>(those.stream()
                        .map(h -> new Occupant(new Party.Known(h), null, h.expiresAt(), false))
                        .toList())));
        slots.forEach((digest, those) -> decision.occupants.put(
                digest,
                new ArrayList<>(those.stream()
                        .map(s -> new Occupant(
                                new Party.Known(s.holder()),
                                s.beginsAt(),
                                s.holder().expiresAt(),
                                s.inTurn()))
                        .toList())));
        for (var number = 0; number < arrivals.size(); number++) {
            decision.fates.add(new Fate.Enters(false));
            decision.decide(number);
        }
        return decision;
    }

    /** In the order of the arrivals. */
    List<Fate> fates() {
        return fates;
    }

    /** Those that are to be discarded, each with the number of the arrival that takes its place. */
    Map<Holder, Integer> removals() {
        return removals;
    }

    /** Those that take the payload of the arrival of that number. */
    Map<Party, Integer> updates() {
        return updates;
    }

    /** Whose place the arrival has taken; {@code null} for nobody's. */
    @Nullable
    Conflicted replacedBy(int number) {
        return replaced.get(number);
    }

    /** Who is there in place of this one by now: whoever was replaced in this batch leaves its name to its successor. */
    Party lasting(Party party) {
        var now = party;
        while (now instanceof Party.Arriving arriving && fates.get(arriving.number()) instanceof Fate.Ends ended) {
            now = ended.because().with();
        }
        return now;
    }

    private void decide(int number) {
        var arrival = arrivals.get(number);
        var claim = arrival.claim();
        if (claim == null) {
            fates.set(number, arrival.dueAt() == null ? new Fate.Enters(false) : putOff(arrival.dueAt(), false, null));
            return;
        }
        var there = occupants.computeIfAbsent(claim.digest(), d -> new ArrayList<>());
        var conflict = claim.rule().onConflict();
        if (conflict == Conflict.THROTTLE) {
            throttle(number, claim, there);
        } else if (there.size() < claim.rule().limit()) {
            admit(number, claim, there);
        } else {
            resolve(number, claim, there);
        }
    }

    private static Fate putOff(Instant dueAt, boolean holdsLock, @Nullable Conflicted because) {
        return new Fate.IsPutOff(dueAt, holdsLock, because, false);
    }

    private void admit(int number, UniqueClaim claim, List<Occupant> there) {
        var dueAt = dueAt(number, claim);
        fates.set(number, dueAt == null ? new Fate.Enters(true) : putOff(dueAt, true, null));
        var ttl = claim.rule().ttl();
        var begin = dueAt == null ? terms.now() : dueAt;
        there.add(new Occupant(new Party.Arriving(number), begin, ttl == null ? null : begin.plus(ttl), false));
    }

    /** Whoever is debounced waits even if nobody is there. */
    private @Nullable Instant dueAt(int number, UniqueClaim claim) {
        var said = arrivals.get(number).dueAt();
        if (claim.rule().onConflict() != Conflict.DEBOUNCE) {
            return said;
        }
        var quiet = terms.now().plus(claim.rule().delay());
        return said != null && said.isAfter(quiet) ? said : quiet;
    }

    private void resolve(int number, UniqueClaim claim, List<Occupant> there) {
        var oldest = there.get(0).party();
        switch (claim.rule().onConflict()) {
            case LOG, RAISE, THROTTLE -> lose(number, new Conflicted(ConflictReason.DUPLICATE, oldest));
            case REJECT ->
                fates.set(number, new Fate.Ends(State.REJECTED, new Conflicted(ConflictReason.REJECTED, oldest)));
            case REPLACE -> {
                var other = there.stream().filter(this::isTouchable).findFirst().orElse(null);
                if (other == null) {
                    lose(number, new Conflicted(ConflictReason.DUPLICATE, oldest));
                } else {
                    replace(number, claim, there, new Conflicted(ConflictReason.REPLACED, other.party()));
                }
            }
            case DEBOUNCE -> {
                var other = last(there, this::isTouchable);
                if (other == null) {
                    admit(number, claim, there);
                } else {
                    replace(number, claim, there, new Conflicted(ConflictReason.DEBOUNCED, other.party()));
                }
            }
            case UPDATE -> update(number, claim, there);
            case RESCHEDULE -> reschedule(number, claim, oldest);
        }
    }

    private static @Nullable Occupant last(List<Occupant> there, Predicate<Occupant> condition) {
        return there.stream().filter(condition).reduce((one, next) -> next).orElse(null);
    }

    /** Nobody takes anything away from a run that may be working on it. */
    private boolean isTouchable(Occupant occupant) {
        return !(occupant.party() instanceof Party.Known known)
                || (known.holder().isAtRest()
                        && !terms.untouchable().contains(known.holder().holderId()));
    }

    private void lose(int number, Conflicted because) {
        fates.set(
                number,
                terms.drops() && because.reason() == ConflictReason.DUPLICATE
                        ? new Fate.IsDropped(because)
                        : new Fate.Ends(State.DISCARDED, because));
    }

    private void replace(int number, UniqueClaim claim, List<Occupant> there, Conflicted because) {
        there.removeIf(o -> o.party().equals(because.with()));
        if (because.with() instanceof Party.Arriving earlier) {
            fates.set(
                    earlier.number(),
                    new Fate.Ends(State.DISCARDED, new Conflicted(because.reason(), new Party.Arriving(number))));
        } else if (because.with() instanceof Party.Known known) {
            removals.put(known.holder(), number);
        }
        replaced.put(number, because);
        admit(number, claim, there);
    }

    /** Its handler is not called yet, whoever owns the lane: a run that has read it already reads it again. */
    private boolean isRenewable(Occupant occupant) {
        return !(occupant.party() instanceof Party.Known known)
                || ((known.holder().scheduled() || known.holder().waitsIn() != null)
                        && !terms.untouchable().contains(known.holder().holderId()));
    }

    private void update(int number, UniqueClaim claim, List<Occupant> there) {
        if (claim.rule().acrossHandlers()) {
            // Written by an older node: the payload may be one of another handler.
            lose(number, new Conflicted(ConflictReason.DUPLICATE, there.get(0).party()));
            return;
        }
        var other = last(there, this::isRenewable);
        if (other == null) {
            admit(number, claim, there);
        } else {
            updates.put(other.party(), number);
            lose(number, new Conflicted(ConflictReason.UPDATED, other.party()));
        }
    }

    private void reschedule(int number, UniqueClaim claim, Party oldest) {
        if (arrivals.get(number).hops() >= claim.rule().maxHops()) {
            lose(number, new Conflicted(ConflictReason.GAVE_UP, oldest));
        } else {
            var because = new Conflicted(ConflictReason.RESCHEDULED, oldest);
            fates.set(number, putOff(terms.now().plus(claim.rule().delay()), false, because));
        }
    }

    /** Whoever was to run at once comes behind those that were, too, and before one that is to run much later. */
    private void throttle(int number, UniqueClaim claim, List<Occupant> there) {
        var ttl = claim.rule().ttl();
        var said = arrivals.get(number).dueAt();
        if (ttl == null) {
            admit(number, claim, there);
            return;
        }
        var wanted = said == null ? terms.now() : said;
        var last = there.stream()
                .filter(Occupant::inTurn)
                .map(Occupant::beginsAt)
                .filter(Objects::nonNull)
                .max(Comparator.naturalOrder())
                .orElse(null);
        var from = last != null && last.isAfter(wanted) ? last : wanted;
        var free = Pace.earliest(windows(there), from, ttl, claim.rule().limit());
        if (free.isAfter(wanted) || (said == null && last != null)) {
            var because = new Conflicted(ConflictReason.THROTTLED, before(free, there));
            fates.set(number, new Fate.IsPutOff(free, true, because, said == null));
            there.add(new Occupant(new Party.Arriving(number), free, free.plus(ttl), said == null));
        } else {
            admit(number, claim, there);
        }
    }

    private static List<Window> windows(List<Occupant> there) {
        return there.stream()
                .filter(o -> o.expiresAt() != null)
                .map(o -> new Window(
                        Objects.requireNonNullElse(o.beginsAt(), Instant.MIN), Objects.requireNonNull(o.expiresAt())))
                .toList();
    }

    /** The last of those that leave their place by then. */
    private static Party before(Instant free, List<Occupant> there) {
        return there.stream()
                .filter(o -> o.expiresAt() != null && !o.expiresAt().isAfter(free))
                .max(Comparator.comparing(o -> Objects.requireNonNull(o.expiresAt())))
                .orElseGet(() -> there.get(0))
                .party();
    }
}

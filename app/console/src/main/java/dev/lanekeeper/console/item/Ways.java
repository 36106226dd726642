package dev.lanekeeper.console.item;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Chooses the index along which a list is read, so that as little as possible is passed over. */
final class Ways {

    /** A way that leads to no more items than these is followed to its end, whatever the order of the list. */
    static final int FEW = 5_000;

    /** Transactions that overlap make ids and times disagree; by more than this only where one had to wait for a lock. */
    private static final Duration OVERLAP = Duration.ofSeconds(1);

    private static final Set<ItemState> UNSUCCESSFUL =
            Set.of(ItemState.FAILED, ItemState.REJECTED, ItemState.DISCARDED);

    private final CandidateSearch candidates;

    Ways(CandidateSearch candidates) {
        this.candidates = candidates;
    }

    /** Reads on behind a place, at most so many. */
    @FunctionalInterface
    interface Look {
        List<Place> after(Place place, int limit);
    }

    /**
     * One way to look.
     *
     * @param start before its first candidate
     * @param rest what remains to be compared row by row
     */
    record Way(Look look, Place start, ItemFilter rest) {}

    Way way(ItemFilter filter, ItemOrder order) {
        return switch (order) {
            case STORED -> byId(filter);
            case EVENT_TIME ->
                few(filter)
                        .map(few -> sorted(few, candidates.inOrderOfEventTime(few.first())))
                        .orElseGet(() -> byEventTime(filter));
            case FINISHED ->
                few(filter)
                        .map(few -> sorted(few, candidates.inOrderOfFinish(few.first())))
                        .orElseGet(() -> byFinish(filter));
        };
    }

    private Way byId(ItemFilter filter) {
        var bounds = bounds(filter);
        var ways = Stream.concat(byState(filter, bounds).stream(), byPart(filter, bounds).stream())
                .toList();
        return switch (ways.size()) {
            case 0 -> bounds.way((place, limit) -> candidates.all(place.itemId(), limit), filter);
            case 1 -> ways.get(0);
            default -> fewest(ways).way();
        };
    }

    private record Opened(Way way, List<Place> first) {}

    private static Opened fewest(List<Way> ways) {
        return ways.stream()
                .map(way -> new Opened(way, way.look().after(way.start(), FEW + 1)))
                .min(Comparator.comparing(opened -> opened.first().size()))
                .orElseThrow();
    }

    private Optional<Opened> few(ItemFilter filter) {
        var ways = byPart(filter, Bounds.NONE);
        return ways.isEmpty()
                ? Optional.empty()
                : Optional.of(fewest(ways)).filter(o -> o.first().size() <= FEW);
    }

    private static Way sorted(Opened few, List<Place> inOrder) {
        return new Way(
                (place, limit) -> inOrder.stream()
                        .filter(candidate -> isBehind(candidate, place))
                        .limit(limit)
                        .toList(),
                Place.BEFORE_ALL_TIMES,
                few.way().rest());
    }

    private static boolean isBehind(Place candidate, Place place) {
        var time = candidate.time();
        var last = place.time();
        if (time == null || last == null) {
            return time == null && (last != null || candidate.itemId() < place.itemId());
        }
        return time.isBefore(last) || (time.equals(last) && candidate.itemId() < place.itemId());
    }

    private Way byFinish(ItemFilter filter) {
        var states = codes(filter);
        var handler = filter.handler();
        var fingerprint = filter.fingerprint();
        var rest = filter.withStates(Set.of());
        if (fingerprint != null) {
            return timed(
                    (place, limit) -> candidates.failuresOfFingerprint(fingerprint, states, place, limit),
                    rest.withFingerprint(null),
                    filter);
        }
        if (handler != null) {
            var id = candidates.handlerId(handler);
            return timed(
                    (place, limit) -> candidates.failuresOfHandler(id, states, place, limit),
                    rest.withHandler(null),
                    filter);
        }
        return timed((place, limit) -> candidates.failures(states, place, limit), rest, filter);
    }

    /** Failures before a time begin there; what lies before the earliest is left to the comparison of rows. */
    private static Way timed(Look look, ItemFilter rest, ItemFilter filter) {
        var to = filter.to();
        var start = to == null ? Place.BEFORE_ALL_TIMES : new Place(to, 0);
        var from = filter.from();
        Look bounded = from == null
                ? look
                : (place, limit) -> look.after(place, limit).stream()
                        .takeWhile(candidate ->
                                candidate.time() != null && !candidate.time().isBefore(from))
                        .toList();
        return new Way(bounded, start, rest.within(null, null));
    }

    private Way byEventTime(ItemFilter filter) {
        if (filter.asksOnlyFor(ItemState.FAILURES)) {
            var states = codes(filter);
            return new Way(
                    (place, limit) -> place.time() == null
                            ? candidates.failuresWithoutTime(states, place.itemId(), limit)
                            : thenWithoutTime(
                                    candidates.failuresByEventTime(states, place, limit),
                                    limit,
                                    most -> candidates.failuresWithoutTime(states, Long.MAX_VALUE, most)),
                    Place.BEFORE_ALL_TIMES,
                    filter.withStates(Set.of()));
        }
        if (filter.asksOnlyFor(Set.of(ItemState.DONE))) {
            return new Way(
                    (place, limit) -> place.time() == null
                            ? candidates.doneWithoutTime(place.itemId(), limit)
                            : thenWithoutTime(
                                    candidates.doneByEventTime(place, limit),
                                    limit,
                                    most -> candidates.doneWithoutTime(Long.MAX_VALUE, most)),
                    Place.BEFORE_ALL_TIMES,
                    filter.withStates(Set.of()));
        }
        throw new IllegalArgumentException("Only items that are done, or failures, are listed by event time");
    }

    @FunctionalInterface
    private interface Rest {
        List<Place> first(int limit);
    }

    private static List<Place> thenWithoutTime(List<Place> timed, int limit, Rest rest) {
        return timed.size() == limit
                ? timed
                : Stream.concat(timed.stream(), rest.first(limit - timed.size()).stream())
                        .toList();
    }

    private List<Way> byState(ItemFilter filter, Bounds bounds) {
        var rest = filter.withStates(Set.of());
        if (filter.asksOnlyFor(Set.of(ItemState.WAITING))) {
            return List.of(bounds.way((place, limit) -> candidates.waiting(place.itemId(), limit), rest));
        }
        if (filter.asksOnlyFor(UNSUCCESSFUL)) {
            var states = codes(filter);
            return List.of(bounds.way((place, limit) -> candidates.unsuccessful(states, place.itemId(), limit), rest));
        }
        return List.of();
    }

    private List<Way> byPart(ItemFilter filter, Bounds bounds) {
        var ways = new ArrayList<Way>();
        var entity = filter.entity();
        if (entity != null) {
            ways.add(bounds.way(
                    (place, limit) -> candidates.ofEntity(entity, place.itemId(), limit), filter.withEntity(null)));
        }
        var resource = filter.resource();
        if (resource != null) {
            var lanes = candidates.lanes(resource);
            ways.add(bounds.way((place, limit) -> candidates.ofLanes(lanes, place.itemId(), limit), filter));
        }
        var topic = filter.topic();
        if (topic != null) {
            ways.add(bounds.way(
                    (place, limit) -> candidates.ofTopic(topic, place.itemId(), limit), filter.withTopic(null)));
        }
        var handler = filter.handler();
        if (handler != null) {
            var id = candidates.handlerId(handler);
            ways.add(bounds.way(
                    (place, limit) -> candidates.ofHandler(id, place.itemId(), limit), filter.withHandler(null)));
        }
        return ways;
    }

    private static int[] codes(ItemFilter filter) {
        var states = filter.states().isEmpty() ? ItemState.FAILURES : filter.states();
        return states.stream().mapToInt(ItemState::code).sorted().toArray();
    }

    /** Between which ids a time lies. */
    private record Bounds(long least, long below) {

        static final Bounds NONE = new Bounds(0, Long.MAX_VALUE);

        Way way(Look look, ItemFilter rest) {
            Look bounded = least == 0
                    ? look
                    : (place, limit) -> look.after(place, limit).stream()
                            .takeWhile(candidate -> candidate.itemId() >= least)
                            .toList();
            return new Way(bounded, new Place(null, below), rest);
        }
    }

    private Bounds bounds(ItemFilter filter) {
        Instant from = filter.from();
        Instant to = filter.to();
        if (from == null && to == null) {
            return Bounds.NONE;
        }
        return new Bounds(
                from == null ? 0 : candidates.firstStoredAt(from.minus(OVERLAP)),
                to == null ? Long.MAX_VALUE : candidates.firstStoredAt(to.plus(OVERLAP)));
    }
}

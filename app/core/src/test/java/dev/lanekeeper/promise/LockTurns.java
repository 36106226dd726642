package dev.lanekeeper.promise;

import dev.lanekeeper.api.job.Unique.Conflict;
import dev.lanekeeper.api.job.Unique.Lock;
import dev.lanekeeper.api.job.Unique.RunConflict;
import dev.lanekeeper.promise.FleetBooks.Call;
import dev.lanekeeper.promise.FleetBooks.Visit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Looks who had which lock when: never too many at once, never too many in a period, in order, and with growing tokens. */
final class LockTurns {

    /** By how much the clocks of a process and of the database may differ. */
    private static final Duration DIFFERENCE = Duration.ofMillis(50);

    private final LockScenario scenario;
    private final FleetBooks books;
    private final List<String> faults = new ArrayList<>();

    private LockTurns(FleetBooks books) {
        this.scenario = books.scenario();
        this.books = books;
    }

    static List<String> faults(FleetBooks books) {
        var turns = new LockTurns(books);
        turns.checkOverlaps();
        turns.checkTokens();
        turns.checkEnqueueing();
        turns.checkStarts();
        turns.checkOrder();
        return turns.faults;
    }

    private void fault(String text, Object... values) {
        faults.add(scenario.id() + ": " + text.formatted(values));
    }

    /** A time in which somebody certainly had a lock. */
    private record Hold(String lock, int most, Instant from, Instant to, String who) {

        @Override
        public String toString() {
            return "%s (%s to %s)".formatted(who, from, to);
        }
    }

    private void checkOverlaps() {
        var holds = new ArrayList<Hold>();
        for (var visit : books.visits()) {
            scenario.exclusions(visit.key(), visit.other())
                    .forEach((lock, most) ->
                            holds.add(new Hold(lock, most, visit.entered(), visit.over(), "item " + visit.item())));
        }
        checkHolds(holds);
    }

    /**
     * From when the caller was told that he has the lock, to when it may be given to another; not where the time of an attempt is
     * taken only when it is known which payload it has.
     */
    private void checkEnqueueing() {
        if (!scenario.isHeldFromEnqueueing()
                || scenario.conflict() == Conflict.UPDATE
                || scenario.conflict() == Conflict.DEBOUNCE
                || scenario.conflict() == Conflict.THROTTLE) {
            return;
        }
        var holds = new ArrayList<Hold>();
        for (var call : books.calls()) {
            if (call.was("Accepted", "Replaced")) {
                var until = heldUntil(call);
                if (call.answered().isBefore(until)) {
                    holds.add(new Hold(
                            "key " + call.key(), scenario.limit(), call.answered(), until, "call " + call.n()));
                }
            }
        }
        checkHolds(holds);
    }

    /** The beginning of time for one that was replaced: nobody knows when. */
    private Instant heldUntil(Call call) {
        var visits = books.visitsOf(Objects.requireNonNull(call.id()));
        if (scenario.lock() == Lock.UNTIL_EXPIRED && scenario.conflict() != Conflict.REPLACE) {
            return call.called().plus(scenario.ttl()).minus(DIFFERENCE);
        }
        if (visits.isEmpty() || scenario.lock() == Lock.UNTIL_EXPIRED) {
            return Instant.MIN;
        }
        return scenario.lock() == Lock.UNTIL_EXECUTED
                ? visits.get(visits.size() - 1).over()
                : books.begun(Objects.requireNonNull(call.id())).minus(DIFFERENCE);
    }

    private void checkHolds(List<Hold> holds) {
        holds.stream().collect(Collectors.groupingBy(Hold::lock)).forEach((lock, its) -> {
            for (var hold : its) {
                var beside = its.stream()
                        .filter(o -> !o.from().isAfter(hold.from()) && o.to().isAfter(hold.from()))
                        .toList();
                if (beside.stream().map(Hold::who).distinct().count() > hold.most()) {
                    fault("%s was held by %s at once, and %d may", lock, beside, hold.most());
                    return;
                }
            }
        });
    }

    private void checkTokens() {
        var byLock = books.visits().stream()
                .flatMap(v -> lonely(v).map(lock -> Map.entry(lock, v)))
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
        byLock.forEach((lock, visits) -> {
            for (var n = 1; n < visits.size(); n++) {
                var before = visits.get(n - 1);
                var visit = visits.get(n);
                if (visit.token() < before.token()
                        || (before.item() == visit.item() && visit.token() == before.token())) {
                    fault("%s had token %d after %d", lock, visit.token(), before.token());
                    return;
                }
            }
        });
    }

    private Stream<String> lonely(Visit visit) {
        var locks = scenario.runLocks(visit.key(), visit.other());
        return Stream.concat(
                locks.keySet().stream().filter(lock -> locks.get(lock) == 1),
                scenario.inLanes() ? Stream.of("lane " + visit.key()) : Stream.of());
    }

    /** The k-th start cannot be before its part of the rate has come. */
    private void checkStarts() {
        if (scenario.rate() > 0) {
            checkStarts("all", books.visits(), books.calls(), scenario.rate(), LockScenario.PERIOD);
        }
        if (scenario.conflict() == Conflict.THROTTLE) {
            books.firstVisitsByKey().forEach((key, visits) -> {
                var calls =
                        books.calls().stream().filter(c -> c.key().equals(key)).toList();
                checkStarts(key, visits, calls, scenario.limit(), scenario.ttl());
            });
        }
    }

    private void checkStarts(String what, List<Visit> visits, List<Call> calls, int most, Duration period) {
        var first =
                calls.stream().map(Call::called).min(Comparator.naturalOrder()).orElse(Instant.MAX);
        for (var n = 0; n < visits.size(); n++) {
            var earliest = first.plus(period.multipliedBy(n / most)).minus(DIFFERENCE);
            if (visits.get(n).entered().isBefore(earliest)) {
                fault(
                        "of %s, %d have started %s too early",
                        what, n + 1, Duration.between(visits.get(n).entered(), earliest));
                return;
            }
        }
    }

    private void checkOrder() {
        if (!scenario.inLanes() || scenario.onRun() != RunConflict.WAIT) {
            return;
        }
        books.firstVisitsByKey().forEach((key, visits) -> {
            for (var n = 1; n < visits.size(); n++) {
                if (visits.get(n).item() < visits.get(n - 1).item()) {
                    fault(
                            "in lane %s, item %d came after %d",
                            key, visits.get(n).item(), visits.get(n - 1).item());
                    return;
                }
            }
        });
    }
}

package dev.lanekeeper.console.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Makes guessing passwords slow: after some wrong ones from an address each further one costs a wait, twice as long each time.
 * It counts a name at an address, and an address as a whole, but never a name alone: nobody can lock somebody else out.
 *
 * <p>Kept in memory, each instance of the application for itself. Safe for all web threads.
 */
final class Brake {

    /** So many mistakes in one name cost nothing. */
    private static final int FREE = 5;

    /** So many from one address, whatever the names. */
    private static final int FREE_OF_ADDRESS = 50;

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Duration KEPT = Duration.ofMinutes(30);
    private static final int MOST_KEPT = 10_000;

    private final InstantSource clock;
    private final Map<Who, Wrong> wrong = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Who, Wrong> eldest) {
            return size() > MOST_KEPT;
        }
    };

    Brake(InstantSource clock) {
        this.clock = clock;
    }

    /** Whose mistakes are counted; without a name those of the whole address. */
    private record Who(String address, String name) {

        int free() {
            return name.isEmpty() ? FREE_OF_ADDRESS : FREE;
        }
    }

    private record Wrong(int times, Instant last) {

        Instant until(int free) {
            var doublings = times - free;
            if (doublings < 0) {
                return last;
            }
            var wait = Duration.ofSeconds(1L << Math.min(doublings, 20));
            return last.plus(wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT);
        }
    }

    /** How long the next password is not even looked at; zero for at once. */
    synchronized Duration waiting(String address, String name) {
        var now = clock.instant();
        return keys(address, name)
                .map(who -> {
                    var before = wrong.get(who);
                    return before == null ? Duration.ZERO : Duration.between(now, before.until(who.free()));
                })
                .filter(wait -> wait.compareTo(Duration.ZERO) > 0)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    synchronized void wrong(String address, String name) {
        var now = clock.instant();
        keys(address, name)
                .forEach(who -> wrong.merge(
                        who,
                        new Wrong(1, now),
                        (before, first) ->
                                before.last().plus(KEPT).isBefore(now) ? first : new Wrong(before.times() + 1, now)));
    }

    /** The right password forgives the wrong ones of this name, and nothing of what else its address has tried. */
    synchronized void right(String address, String name) {
        wrong.remove(new Who(address, name));
    }

    private static Stream<Who> keys(String address, String name) {
        return name.isEmpty()
                ? Stream.of(new Who(address, ""))
                : Stream.of(new Who(address, name), new Who(address, ""));
    }
}

package dev.lanekeeper.work;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/** When one more of a key may begin, so that never more than its limit begin within its time; calls nobody and reads nothing. */
final class Pace {

    private final List<Instant> ends;

    /** A time during which one that begins at its start counts; it has begun, or is to begin then. */
    record Window(Instant beginsAt, Instant endsAt) {}

    /** @param ends when those that have begun count no more */
    Pace(List<Instant> ends) {
        this.ends = new ArrayList<>(ends);
        Collections.sort(this.ends);
    }

    /** When one may begin that comes after all that were added. */
    Instant next(int limit) {
        return ends.size() < limit ? Instant.MIN : ends.get(ends.size() - limit);
    }

    void add(Instant end) {
        var place = Collections.binarySearch(ends, end);
        ends.add(place < 0 ? -place - 1 : place, end);
    }

    /** The first time from {@code from} on at which one can begin without being one too many, for itself and for those that are planned. */
    static Instant earliest(List<Window> windows, Instant from, Duration ttl, int limit) {
        var changes = new TreeMap<Instant, Integer>();
        for (var window : windows) {
            changes.merge(window.beginsAt(), 1, Integer::sum);
            changes.merge(window.endsAt(), -1, Integer::sum);
        }
        var begin = from;
        var there = 0;
        for (var change : changes.entrySet()) {
            var time = change.getKey();
            if (there >= limit && time.isAfter(begin)) {
                begin = time;
            }
            if (!time.isBefore(begin.plus(ttl))) {
                break;
            }
            there += change.getValue();
        }
        return begin;
    }
}

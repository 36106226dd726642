package dev.lanekeeper.dispatch;

import java.time.Instant;
import java.util.Collection;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** When lanes become due in the near future; each such moment wakes the dispatcher, which claims whatever is due then. */
final class DueTimes {

    private static final int MOST = 50_000;

    private final TreeSet<Instant> times = new TreeSet<>();

    synchronized void add(Collection<Instant> dueTimes) {
        times.addAll(dueTimes);
        while (times.size() > MOST) {
            times.pollLast();
        }
    }

    synchronized @Nullable Instant next() {
        return times.isEmpty() ? null : times.first();
    }

    /** Forgets the moments that have come; tells whether there were any. */
    synchronized boolean passed(Instant now) {
        var come = times.headSet(now, true);
        var any = !come.isEmpty();
        come.clear();
        return any;
    }
}

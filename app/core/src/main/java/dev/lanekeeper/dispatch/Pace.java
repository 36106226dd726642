package dev.lanekeeper.dispatch;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long the handlers take, and so how many lanes a run should get: many small ones share a run, so that JobRunr's cost of
 * about a millisecond a run is paid once; slow ones do not, so that none waits behind another.
 */
final class Pace {

    private static final int MOST_LANES = 128;
    private static final int FEWEST_FAST_LANES = 16;
    private static final long UNKNOWN = 1_000_000;
    private static final long FAST = 300_000;
    private static final long RUN = 5_000_000;
    private static final long LONGEST_RUN = 250_000_000;

    private final Map<Integer, Long> nanosByHandler = new ConcurrentHashMap<>();
    private final boolean single;

    /** @param single whether a run gets one lane only, whatever its pace */
    Pace(boolean single) {
        this.single = single;
    }

    /** A call took so long; the mean follows within some dozen calls, upwards at once. */
    void measured(int handlerId, long nanos) {
        nanosByHandler.merge(handlerId, nanos, (mean, now) -> now > mean * 8 ? now : mean + (now - mean) / 16);
    }

    long nanos(int handlerId) {
        return Math.max(1_000, nanosByHandler.getOrDefault(handlerId, UNKNOWN));
    }

    /** How many lanes each of so many runs should get when so many lanes are ready. */
    int pack(int handlerId, int ready, int runs) {
        if (ready <= Math.max(1, runs / 4)) {
            return 1;
        }
        var spread = (ready + Math.max(1, runs) - 1) / Math.max(1, runs);
        return clamp(Math.max(spread, worthwhile(handlerId)), most(handlerId));
    }

    /** How many lanes at most a run should be given at once. */
    int most(int handlerId) {
        return single ? 1 : clamp(LONGEST_RUN / nanos(handlerId), MOST_LANES);
    }

    /**
     * How many lanes a run takes when it comes back for more: twice as many each time that it got all it had asked for, since
     * a claim costs as much as many events.
     */
    int next(int handlerId, int fullClaims) {
        return clamp(worthwhile(handlerId) << Math.min(fullClaims, 7), most(handlerId));
    }

    /** How many items without a resource share a bundle. */
    int bundle(int handlerId) {
        return single ? 1 : clamp(RUN / nanos(handlerId), MOST_LANES);
    }

    private long worthwhile(int handlerId) {
        var nanos = nanos(handlerId);
        return Math.max(RUN / nanos, nanos < FAST ? FEWEST_FAST_LANES : 1);
    }

    private static int clamp(long lanes, int most) {
        return (int) Math.max(1, Math.min(most, lanes));
    }
}

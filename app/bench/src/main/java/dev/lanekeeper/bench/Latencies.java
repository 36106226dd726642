package dev.lanekeeper.bench;

import java.util.Arrays;
import java.util.stream.LongStream;

/** From the commit that stored an event to the start of its handler, sorted. */
record Latencies(long[] nanos) {

    static final Latencies NONE = new Latencies(new long[0]);

    static Latencies of(LongStream nanos) {
        return new Latencies(nanos.sorted().toArray());
    }

    static Latencies all(java.util.List<Latencies> parts) {
        return of(parts.stream().flatMapToLong(p -> Arrays.stream(p.nanos)));
    }

    /** In milliseconds; not a number when there are none. */
    double percentile(double part) {
        return nanos.length == 0 ? Double.NaN : nanos[(int) Math.min(nanos.length - 1, nanos.length * part)] / 1e6;
    }
}

package dev.lanekeeper.console.item;

import java.util.Locale;

/** How many there are, counted no further than is cheap. */
public record CappedCount(long value, boolean orMore) {

    /** Of what was counted one further than the cap. */
    public static CappedCount of(long counted, long cap) {
        return new CappedCount(Math.min(counted, cap), counted > cap);
    }

    /** As people read it: {@code 1,234} or {@code 10,000+}. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%,d", value) + (orMore ? "+" : "");
    }
}

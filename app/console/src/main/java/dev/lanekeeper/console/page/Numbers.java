package dev.lanekeeper.console.page;

import java.util.Locale;

/** Shows numbers, the same way on every page. */
public final class Numbers {

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Numbers() {}

    /** With commas: {@code 4,812}. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A count that was not counted any further: {@code 10,000+}. */
    public static String capped(long number, long cap) {
        return number >= cap ? count(cap) + "+" : count(number);
    }

    /** Per second: {@code 0.4}, {@code 12}, {@code 3,104}. */
    public static String rate(double perSecond) {
        if (perSecond == 0) {
            return "0";
        }
        return perSecond < 0.01
                ? "< 0.01"
                : String.format(Locale.ROOT, perSecond < 9.95 ? "%,.1f" : "%,.0f", perSecond);
    }

    /** {@code 300 B}, {@code 8 MiB}, {@code 1.4 GiB}. */
    public static String bytes(long bytes) {
        var value = (double) bytes;
        var unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        var whole = value == Math.rint(value) || value >= 100;
        return String.format(Locale.ROOT, whole ? "%,.0f %s" : "%,.1f %s", value, UNITS[unit]);
    }
}

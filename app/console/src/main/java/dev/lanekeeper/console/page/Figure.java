package dev.lanekeeper.console.page;

import org.jspecify.annotations.Nullable;

/**
 * One big number; the fragment {@code lists :: figures} shows several.
 *
 * @param tone {@code bad} where it should be zero and is not; else empty
 * @param hint what is said below it
 * @param since a time behind the hint
 * @param link where there is more about it, below the console's path
 */
public record Figure(
        String label,
        String value,
        String tone,
        String hint,
        @Nullable Moment since,
        @Nullable String link,
        @Nullable Sparkline picture) {

    /** A number and nothing else. */
    public static Figure of(String label, String value, String hint) {
        return new Figure(label, value, "", hint, null, null, null);
    }
}

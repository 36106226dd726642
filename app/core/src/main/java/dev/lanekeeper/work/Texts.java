package dev.lanekeeper.work;

import org.jspecify.annotations.Nullable;

/** Makes any text fit for a {@code text} column, which cannot hold NUL. */
final class Texts {

    private static final int LONGEST = 1_000_000;

    private Texts() {}

    static @Nullable String safe(@Nullable String text) {
        if (text == null) {
            return null;
        }
        var bounded = text.length() > LONGEST ? text.substring(0, LONGEST) + " [cut]" : text;
        return bounded.indexOf('\0') < 0 ? bounded : bounded.replace("\0", "\\u0000");
    }
}

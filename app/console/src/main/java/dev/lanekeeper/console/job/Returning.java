package dev.lanekeeper.console.job;

import org.jspecify.annotations.Nullable;

/** Leads back to the list in which something was clicked, and to no other place. */
final class Returning {

    private Returning() {}

    /** The list, as it was narrowed and turned; {@code null} when it was clicked somewhere else. */
    static @Nullable String toList(@Nullable String here) {
        return here != null && (here.equals("/scheduled") || here.startsWith("/scheduled?")) && !here.contains("..")
                ? here
                : null;
    }
}

package dev.lanekeeper.operations;

import org.jspecify.annotations.Nullable;

/**
 * Who wants something done, and why; kept beside what was done.
 *
 * @param name the person's, or that of the program which acts for people
 * @param reason in the person's words; {@code null} for none
 */
public record Operator(String name, @Nullable String reason) {

    /** As it is shown with an item that was discarded. */
    String inOneLine() {
        return reason == null ? name : name + ": " + reason;
    }
}

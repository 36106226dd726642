package dev.lanekeeper.operations;

import org.jspecify.annotations.Nullable;

/** What became of a person's wish to change a setting. */
public sealed interface SettingAnswer {

    /**
     * It counts on every node within two seconds.
     *
     * @param oldValue what a person had set before; {@code null} when the property counted
     * @param newValue {@code null} when the property counts again
     */
    record Changed(@Nullable String oldValue, @Nullable String newValue) implements SettingAnswer {}

    /** Nothing was changed: it is so already. */
    record Unchanged() implements SettingAnswer {}

    /**
     * Nothing was changed.
     *
     * @param message why, and what may be written, in words for the person who wrote it
     */
    record Refused(String message) implements SettingAnswer {}

    /** Nothing was changed: no node has ever had a handler of this name. */
    record NotFound() implements SettingAnswer {}
}

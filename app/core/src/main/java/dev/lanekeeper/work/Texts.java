package dev.lanekeeper.work;

import org.jspecify.annotations.Nullable;

/** Makes any text fit for a {@code text} column, which cannot hold NUL. */
final class Texts {

    private static final int LONGEST = 1_000_000;

    /** An index entry holds about 2700 bytes; a character is up to 3 (4 for a pair). */
    private static final int LONGEST_IN_AN_INDEX = 500;

    private Texts() {}

    static @Nullable String safe(@Nullable String text) {
        return text == null ? null : withoutNul(cut(text, LONGEST, " [cut]"));
    }

    /** For columns with an index, whose entries are short. */
    static @Nullable String indexable(@Nullable String text) {
        return text == null ? null : cut(withoutNul(text), LONGEST_IN_AN_INDEX, "");
    }

    private static String withoutNul(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace("\0", "\\u0000");
    }

    private static String cut(String text, int length, String mark) {
        if (text.length() <= length) {
            return text;
        }
        var end = Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length;
        return text.substring(0, end) + mark;
    }
}

package dev.lanekeeper;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/** A value that can be switched off; YAML turns a bare {@code off} into {@code false}. */
final class OffOr {

    private OffOr() {}

    static @Nullable Duration duration(String text) {
        return isOff(text) ? null : DurationStyle.detectAndParse(text.trim());
    }

    static @Nullable Integer number(String text) {
        return isOff(text) ? null : (Integer) Integer.parseInt(text.trim());
    }

    static boolean isOff(String text) {
        String word = text.trim().toLowerCase(Locale.ROOT);
        return word.equals("off") || word.equals("false");
    }
}

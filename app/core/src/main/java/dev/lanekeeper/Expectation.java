package dev.lanekeeper;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.util.unit.DataSize;

/** Says in words what may be written for a property of some type. */
final class Expectation {

    private Expectation() {}

    static String of(ResolvableType type) {
        Class<?> raw = type.resolve(Object.class);
        if (raw == Duration.class) {
            return "a duration, such as 500ms, 30s or 5m";
        }
        if (raw == DataSize.class) {
            return "a size, such as 512KB or 8MB";
        }
        if (raw == int.class || raw == long.class || raw == Integer.class) {
            return "a whole number";
        }
        if (raw == boolean.class) {
            return "true or false";
        }
        Class<?> element = raw.isEnum() ? raw : type.asCollection().getGeneric().resolve();
        return element != null && element.isEnum() ? words(element) : "a value of type " + raw.getSimpleName();
    }

    private static String words(Class<?> type) {
        @Nullable Object[] constants = type.getEnumConstants();
        return Arrays.stream(constants)
                .map(constant -> String.valueOf(constant).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" or "));
    }
}

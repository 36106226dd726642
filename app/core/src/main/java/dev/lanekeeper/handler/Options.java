package dev.lanekeeper.handler;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.Environment;
import org.springframework.util.ReflectionUtils;

/**
 * The options of one handler: its own property counts before its code, and that before the property for all handlers.
 *
 * <p>An option that cannot be read is a problem and counts as not given, so that reading goes on and finds the others.
 */
final class Options {

    private final Declaration declaration;
    private final Layer overrides;
    private final Layer defaults;
    private final Map<String, Option> usualConflicts = new HashMap<>();
    private final boolean takesUniqueLocks;
    private final Map<String, String> overridingConsumerProperties;
    private final Environment environment;
    private final Problems problems;

    /** @param settings under the ids of the handlers */
    Options(Declaration declaration, HandlerSettings settings, Environment environment, Problems problems) {
        this.declaration = declaration;
        this.environment = environment;
        this.problems = problems;
        defaults = new Layer("lanekeeper.defaults.", values(settings.defaults()));
        takesUniqueLocks = settings.unique().enabled();
        usual("uniqueOnConflict", settings.unique().onConflict(), "lanekeeper.unique.on-conflict");
        usual("uniqueOnRunConflict", settings.unique().onRunConflict(), "lanekeeper.unique.on-run-conflict");
        HandlerSettings.Overrides own = settings.handlers().get(declaration.id());
        overrides = new Layer("lanekeeper.handlers." + declaration.id() + ".", own == null ? Map.of() : values(own));
        overridingConsumerProperties = own == null || own.properties() == null ? Map.of() : own.properties();
    }

    private void usual(String name, @Nullable String conflict, String where) {
        if (conflict != null && !conflict.isBlank()) {
            usualConflicts.put(name, new Option(conflict.trim(), where));
        }
    }

    /** An option's value and where it was written. */
    record Option(String text, String where) {}

    private record Layer(String prefix, Map<String, String> values) {

        @Nullable
        Option find(String name) {
            String text = values.get(name);
            return text == null ? null : new Option(text, prefix + DataObjectPropertyName.toDashedForm(name));
        }
    }

    @Nullable
    Option find(String name) {
        Option option = overrides.find(name);
        if (option == null) {
            option = written(name);
        }
        if (option == null) {
            option = usualConflicts.get(name);
        }
        return option == null ? defaults.find(name) : option;
    }

    /** Whether {@code @Unique} counts in this process. */
    boolean takesUniqueLocks() {
        return takesUniqueLocks;
    }

    /** Whether the handler itself, or its property, says it. */
    boolean isGiven(String name) {
        return overrides.find(name) != null || written(name) != null;
    }

    @Nullable
    String text(String name) {
        Option option = find(name);
        return option == null ? null : option.text();
    }

    boolean flag(String name, boolean fallback) {
        return read(name, "Write true or false", Options::toBoolean, fallback);
    }

    int number(String name, int least, int fallback) {
        return read(name, "Write a whole number from " + least, text -> toNumber(text, least), fallback);
    }

    long count(String name, long fallback) {
        return read(name, "Write a whole number from 1", Options::toCount, fallback);
    }

    /** A number, or a word that means none. */
    @Nullable
    Integer numberOr(String word, String name, int least) {
        return read(
                        name,
                        "Write a whole number from " + least + ", or " + word,
                        text -> text.equals(word) ? Optional.<Integer>empty() : Optional.of(toNumber(text, least)),
                        Optional.<Integer>empty())
                .orElse(null);
    }

    Duration duration(String name, Duration fallback) {
        return read(name, "Write a duration above 0, such as 500ms, 30s or 5m", Options::toDuration, fallback);
    }

    @Nullable
    Duration durationOrNone(String name) {
        return read(
                        name,
                        "Write a duration above 0, such as 500ms, 30s or 5m, or none",
                        text -> text.equals("none") ? Optional.<Duration>empty() : Optional.of(toDuration(text)),
                        Optional.<Duration>empty())
                .orElse(null);
    }

    <E extends Enum<E>> E choice(String name, Class<E> type, E fallback) {
        String words = Arrays.stream(type.getEnumConstants())
                .map(e -> e.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" or "));
        return read(name, "Write " + words, text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT)), fallback);
    }

    /** Reads an option of a grammar of its own; the message of an {@link IllegalArgumentException} says what to do. */
    <T> Optional<T> parse(String name, Function<String, Optional<T>> parser) {
        Option option = find(name);
        if (option == null) {
            return Optional.empty();
        }
        try {
            return parser.apply(option.text());
        } catch (IllegalArgumentException e) {
            problems.add(option.where(), unusable(option), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /** Tells of each option that the handler's property gives and that it cannot have. */
    void rejectOverrides(Set<String> names, String action) {
        for (String name : names) {
            Option option = overrides.find(name);
            if (option != null) {
                problems.add(option.where(), declaration.describe() + " has no such option", action);
            }
        }
        if (names.contains("properties") && !overridingConsumerProperties.isEmpty()) {
            problems.add(
                    "lanekeeper.handlers." + declaration.id() + ".properties",
                    declaration.describe() + " has no such option",
                    action);
        }
    }

    /** Tells that an option was read, but does not go with another. */
    void reject(String name, String what, String action) {
        Option option = find(name);
        problems.add(option == null ? declaration.describe() : option.where(), what, action);
    }

    /** Those of the handler's property count before those of its code. */
    Map<String, String> consumerProperties() {
        Map<String, String> merged = new LinkedHashMap<>();
        declaration.consumerProperties().forEach((key, value) -> {
            String resolved = resolve(value, "properties of " + declaration.describe());
            if (resolved != null) {
                merged.put(key, resolved);
            }
        });
        merged.putAll(overridingConsumerProperties);
        return merged;
    }

    private @Nullable Option written(String name) {
        String where = name + " of " + declaration.describe();
        String text = resolve(declaration.attributes().get(name), where);
        return text == null ? null : new Option(text, where);
    }

    private @Nullable String resolve(@Nullable String text, String where) {
        if (text == null) {
            return null;
        }
        try {
            String resolved = environment.resolveRequiredPlaceholders(text).trim();
            return resolved.isEmpty() ? null : resolved;
        } catch (IllegalArgumentException e) {
            problems.add(where, "\"" + text + "\": " + e.getMessage(), "Set that property, or give it a default");
            return null;
        }
    }

    private <T> T read(String name, String action, Function<String, T> parser, T fallback) {
        Option option = find(name);
        if (option == null) {
            return fallback;
        }
        try {
            return parser.apply(option.text());
        } catch (IllegalArgumentException | ArithmeticException e) {
            problems.add(option.where(), unusable(option), action);
            return fallback;
        }
    }

    private static String unusable(Option option) {
        return "\"" + option.text() + "\" is not understood";
    }

    private static boolean toBoolean(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static int toNumber(String text, int least) {
        int number = Integer.parseInt(text);
        if (number < least) {
            throw new IllegalArgumentException(text);
        }
        return number;
    }

    private static long toCount(String text) {
        long number = Long.parseLong(text);
        if (number < 1) {
            throw new IllegalArgumentException(text);
        }
        return number;
    }

    private static Duration toDuration(String text) {
        var duration = DurationStyle.detectAndParse(text);
        if (duration.isZero() || duration.isNegative()) {
            throw new IllegalArgumentException(text);
        }
        return duration;
    }

    private static Map<String, String> values(Record properties) {
        Map<String, String> values = new LinkedHashMap<>();
        for (RecordComponent component : properties.getClass().getRecordComponents()) {
            if (ReflectionUtils.invokeMethod(component.getAccessor(), properties) instanceof String text
                    && !text.isBlank()) {
                values.put(component.getName(), text.trim());
            }
        }
        return values;
    }
}

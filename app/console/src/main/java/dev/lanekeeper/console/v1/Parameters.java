package dev.lanekeeper.console.v1;

import dev.lanekeeper.console.item.ItemFilter;
import dev.lanekeeper.console.item.ItemState;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/**
 * Reads the parameters of a request; what is not understood is refused with words, also one that nobody reads: what was meant to narrow a
 * list, or to try only, must not be passed over.
 */
final class Parameters {

    static final int LONGEST_PAGE = 1_000;
    private static final int LONGEST_TEXT = 1_000;

    private static final List<String> FILTER = List.of(
            "state",
            "handler",
            "topic",
            "group_id",
            "entity_id",
            "event_type",
            "resource",
            "fingerprint",
            "from",
            "to");

    private final HttpServletRequest request;

    private Parameters(HttpServletRequest request) {
        this.request = request;
    }

    /** @param known the names of all that are read */
    static Parameters of(HttpServletRequest request, String... known) {
        var names = new TreeSet<>(request.getParameterMap().keySet());
        names.removeAll(Set.of(known));
        if (!names.isEmpty()) {
            throw refused(
                    names.first(),
                    "is no parameter of this; there "
                            + (known.length == 1 ? "is " : "are ")
                            + String.join(", ", known));
        }
        return new Parameters(request);
    }

    /** For a list of events or failures, or a count of them. */
    static Parameters ofFilter(HttpServletRequest request, String... besides) {
        return of(request, Stream.concat(FILTER.stream(), Stream.of(besides)).toArray(String[]::new));
    }

    HttpServletRequest request() {
        return request;
    }

    @Nullable
    String text(String name) {
        var value = request.getParameter(name);
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (value.length() > LONGEST_TEXT || value.indexOf('\0') >= 0) {
            throw refused(name, "is too long, or holds a NUL");
        }
        return value;
    }

    /** How many rows; more than {@link #LONGEST_PAGE} are never given. */
    int limit() {
        return Math.min(LONGEST_PAGE, number("limit", 20, Integer.MAX_VALUE));
    }

    /** A number from 0. */
    int number(String name, int otherwise, int most) {
        var text = text(name);
        if (text == null) {
            return otherwise;
        }
        try {
            var number = Long.parseLong(text.strip());
            if (number >= 0) {
                if (number > most && most != Integer.MAX_VALUE) {
                    throw refused(name, "cannot be greater than " + most);
                }
                return (int) Math.min(number, Integer.MAX_VALUE);
            }
        } catch (NumberFormatException e) {
            // Told below, as a negative one is.
        }
        throw refused(name, "is no whole number from 0");
    }

    @Nullable
    Instant time(String name) {
        var text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
        } catch (DateTimeParseException e) {
            throw refused(name, "is no time such as 2026-11-22T04:19:01Z");
        }
    }

    /** A word of a few, in any case. */
    <T> @Nullable T word(String name, Function<String, Optional<T>> parse, String words) {
        var text = text(name);
        return text == null ? null : parse.apply(text).orElseThrow(() -> refused(name, "is none of " + words));
    }

    /** Absent, {@code true} or {@code false}. */
    boolean flag(String name) {
        return Boolean.TRUE.equals(word(
                name,
                text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "true" -> Optional.of(true);
                    case "false" -> Optional.of(false);
                    default -> Optional.empty();
                },
                "true, false"));
    }

    Set<ItemState> states(Set<ItemState> otherwise) {
        var text = text("state");
        return text == null
                ? otherwise
                : Arrays.stream(text.split(",", -1))
                        .map(word -> ItemState.parse(word)
                                .orElseThrow(
                                        () -> refused("state", "is none of " + Arrays.toString(ItemState.values()))))
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** What the lists of events and failures can be narrowed to. */
    ItemFilter filter(Set<ItemState> otherwise) {
        return new ItemFilter(
                states(otherwise),
                text("handler"),
                text("topic"),
                text("group_id"),
                text("entity_id"),
                text("event_type"),
                text("resource"),
                text("fingerprint"),
                time("from"),
                time("to"));
    }

    /** An id in a path; anything that is no number is as unknown as a number that nothing has. */
    static long id(String text, ApiException unknown) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw unknown;
        }
    }

    static UUID laneId(String text) {
        try {
            if (text.length() == 36) {
                return UUID.fromString(text);
            }
        } catch (IllegalArgumentException e) {
            // As unknown as one that nothing waits in.
        }
        throw new ApiException(HttpStatus.NOT_FOUND, "lane not found");
    }

    static ApiException refused(String name, String why) {
        return new ApiException(HttpStatus.BAD_REQUEST, name + " " + why);
    }
}

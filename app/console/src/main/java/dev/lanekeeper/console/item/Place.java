package dev.lanekeeper.console.item;

import dev.lanekeeper.work.Database;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where in a list a page ends, so that the next one can begin there however much was added meanwhile.
 *
 * @param time what the list is ordered by, if that is a time and the item has it
 */
public record Place(@Nullable Instant time, long itemId) {

    private static final Pattern TEXT = Pattern.compile("(?:(-?\\d{1,18})\\.)?(\\d{1,18})");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    /** Before the first of a list that is ordered by items' ids. */
    static final Place BEFORE_ALL = new Place(null, Long.MAX_VALUE);

    /** Before the first of a list that is ordered by a time. */
    static final Place BEFORE_ALL_TIMES = new Place(LAST, Long.MAX_VALUE);

    /** For a URL; {@link #parse} reads it. */
    public String text() {
        var at = time;
        return at == null ? Long.toString(itemId) : Database.micros(at) + "." + itemId;
    }

    /** Empty for anything that {@link #text} has not written. */
    public static Optional<Place> parse(String text) {
        var match = TEXT.matcher(text);
        if (!match.matches()) {
            return Optional.empty();
        }
        var micros = match.group(1);
        var time = micros == null ? null : Instant.EPOCH.plus(Long.parseLong(micros), ChronoUnit.MICROS);
        return Optional.of(new Place(time, Long.parseLong(match.group(2))));
    }
}

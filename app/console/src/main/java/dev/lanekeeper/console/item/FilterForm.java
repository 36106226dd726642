package dev.lanekeeper.console.item;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The filter of a list as it stands in the address, word for word; what is not understood does not filter, and the page says
 * so.
 *
 * @param after where the page before ended
 */
public record FilterForm(
        @Nullable String state,
        @Nullable String handler,
        @Nullable String topic,
        @Nullable String entity,
        @Nullable String resource,
        @Nullable String fingerprint,
        @Nullable String from,
        @Nullable String to,
        @Nullable String after) {

    private static final int LONGEST = 1_000;

    public FilterForm {
        state = blankIsNull(state);
        handler = blankIsNull(handler);
        topic = blankIsNull(topic);
        entity = blankIsNull(entity);
        resource = blankIsNull(resource);
        fingerprint = blankIsNull(fingerprint);
        from = blankIsNull(from);
        to = blankIsNull(to);
        after = blankIsNull(after);
    }

    private static @Nullable String blankIsNull(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        var fit = text.replace("\0", "");
        return fit.length() > LONGEST ? fit.substring(0, LONGEST) : fit;
    }

    /** @param otherwise the states that are listed when none is asked for */
    public ItemFilter filter(Set<ItemState> otherwise) {
        var wanted = state == null ? null : ItemState.parse(state).orElse(null);
        return new ItemFilter(
                wanted == null ? otherwise : Set.of(wanted),
                handler,
                topic,
                null,
                entity,
                null,
                resource,
                fingerprint,
                time(from),
                time(to));
    }

    public @Nullable Place place() {
        return after == null ? null : Place.parse(after).orElse(null);
    }

    /** What the page says about words that it does not understand; {@code null} when it understands all. */
    public @Nullable String problem() {
        if (state != null && ItemState.parse(state).isEmpty()) {
            return "There is no state \"" + Shown.text(state) + "\".";
        }
        for (var time : new @Nullable String[] {from, to}) {
            if (time != null && time(time) == null) {
                return "\"" + Shown.text(time) + "\" is no time such as 2026-11-22T04:19 or 2026-11-22T04:19:01Z.";
            }
        }
        return null;
    }

    /** With an offset, or without one in UTC. */
    private static @Nullable Instant time(@Nullable String text) {
        if (text == null) {
            return null;
        }
        var plain = text.strip().replace(' ', 'T');
        try {
            return OffsetDateTime.parse(plain).toInstant();
        } catch (DateTimeParseException e) {
            try {
                return LocalDateTime.parse(plain).toInstant(ZoneOffset.UTC);
            } catch (DateTimeParseException noTimeEither) {
                return null;
            }
        }
    }

    public boolean isEmpty() {
        return words().isEmpty();
    }

    /** What narrows the list, by the names of the parameters. */
    public Map<String, String> words() {
        var words = new LinkedHashMap<String, String>();
        put(words, "state", state);
        put(words, "handler", handler);
        put(words, "topic", topic);
        put(words, "entity", entity);
        put(words, "resource", resource);
        put(words, "fingerprint", fingerprint);
        put(words, "from", from);
        put(words, "to", to);
        return words;
    }

    private static void put(Map<String, String> words, String name, @Nullable String value) {
        if (value != null) {
            words.put(name, value);
        }
    }

    /** The address of another page of the same list. */
    public String address(String path, @Nullable Place place) {
        var address = UriComponentsBuilder.fromPath(path);
        words().forEach((name, value) -> address.queryParam(name, "{" + name + "}"));
        if (place != null) {
            address.queryParam("after", place.text());
        }
        return address.encode().buildAndExpand(words()).toUriString();
    }
}

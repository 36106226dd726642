package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent.RawHeader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An outbox entry on its way into the corridor, for one of its handlers.
 *
 * @param laneGroup the group of the lane, that of the handler
 * @param resource the canonical causality key; {@code null} for work without a lane of its own
 * @param payload the entry's document; {@code null} when the database refuses it
 * @param intakeError why it cannot run; the item fails with it
 */
public record EntryItem(
        int handlerId,
        String laneGroup,
        @Nullable String resource,
        OutboxRow entry,
        byte @Nullable [] payload,
        List<RawHeader> headers,
        @Nullable String intakeError) {

    /** The same entry, to be shown as a failure. */
    EntryItem withError(String error) {
        return new EntryItem(handlerId, laneGroup, null, entry, payload, headers, error);
    }

    /** What is left when even its content is refused: which entry it was, and why it is not here. */
    EntryItem bare(String error) {
        return new EntryItem(handlerId, laneGroup, null, entry, null, List.of(), error);
    }

    int bytes() {
        return payload == null ? 0 : payload.length;
    }

    @Nullable
    String traceParent() {
        return headers.stream()
                .filter(h -> h.name().equals("traceparent"))
                .map(h -> h.value() == null ? null : new String(h.value(), StandardCharsets.UTF_8))
                .findFirst()
                .orElse(null);
    }
}

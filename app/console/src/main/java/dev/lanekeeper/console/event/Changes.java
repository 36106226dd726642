package dev.lanekeeper.console.event;

import dev.lanekeeper.api.outbox.OutboxEntry.Values;
import dev.lanekeeper.console.event.EventView.Change;
import dev.lanekeeper.console.item.ItemDetail.Content;
import dev.lanekeeper.console.item.ItemRow;
import dev.lanekeeper.console.item.Shown;
import dev.lanekeeper.work.EntryDocument;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Reads what an outbox entry says of a change, before and after. */
final class Changes {

    private static final int MOST = 200;

    private Changes() {}

    /** None where the payload is too long to be read as a whole. */
    static List<Change> of(ItemRow row, Content content) {
        var payload = content.payload();
        if (row.entry() == null || payload == null || payload.length < content.payloadBytes()) {
            return List.of();
        }
        try {
            return EntryDocument.read(payload).changes().entrySet().stream()
                    .limit(MOST)
                    .map(Changes::change)
                    .toList();
        } catch (JacksonException | IllegalArgumentException e) {
            // What is wrong with it is told where its payload is shown.
            return List.of();
        }
    }

    private static Change change(Map.Entry<String, Values> change) {
        return new Change(
                Shown.text(change.getKey()),
                text(change.getValue().before()),
                text(change.getValue().after()));
    }

    private static @Nullable String text(@Nullable Object value) {
        return value == null ? null : Shown.text(JsonMapper.shared().writeValueAsString(value));
    }
}

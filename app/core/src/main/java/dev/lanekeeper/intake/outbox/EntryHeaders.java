package dev.lanekeeper.intake.outbox;

import dev.lanekeeper.api.RawEvent.RawHeader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The headers of an entry: a JSON object of texts in its row, a list of bytes with its items. */
final class EntryHeaders {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String NONE = "{}";

    private EntryHeaders() {}

    static List<RawHeader> read(String headers) {
        return headers.equals(NONE)
                ? List.of()
                : JSON.readTree(headers)
                        .propertyStream()
                        .map(e -> new RawHeader(e.getKey(), bytes(e.getValue())))
                        .toList();
    }

    private static byte @Nullable [] bytes(JsonNode value) {
        if (value.isNull()) {
            return null;
        }
        return (value.isValueNode() ? value.asString() : value.toString()).getBytes(StandardCharsets.UTF_8);
    }

    static String write(List<RawHeader> headers) {
        var texts = new LinkedHashMap<String, @Nullable String>();
        headers.forEach(h -> {
            var value = h.value();
            texts.put(h.name(), value == null ? null : new String(value, StandardCharsets.UTF_8));
        });
        return JSON.writeValueAsString(texts);
    }
}

package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent;
import dev.lanekeeper.api.outbox.OutboxEntry;
import dev.lanekeeper.work.Seal.Sealed;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An outbox entry as the payload of its items: a JSON object that outlives the entry's row.
 *
 * <p>Its fields are {@code entry}, {@code context}, {@code event}, {@code key}, {@code createdAt}, {@code topic},
 * {@code resourceClass}, {@code resourceId}, {@code arguments}, {@code changes} and {@code asked}; those without a value are
 * missing. The arguments stand in it exactly as they were written. Where entries are encrypted, {@code sealed} in Base64 stands
 * in place of {@code arguments} and {@code changes}.
 */
public final class EntryDocument {

    private static final JsonFactory JSON = new JsonFactory();
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final TypeReference<Map<String, @Nullable Object>> VALUES = new TypeReference<>() {};
    private static final String EMPTY = "{}";
    private static final String SEALED = "sealed";

    private EntryDocument() {}

    /** @param asked the ids of the handlers that say in the run whether they apply; empty when some handler takes it anyway */
    public static byte[] write(OutboxRow entry, List<String> asked) {
        var bytes = new ByteArrayOutputStream(256 + entry.arguments().length());
        try (var json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeNumberProperty("entry", entry.entryId());
            json.writeStringProperty("context", entry.context());
            json.writeStringProperty("event", entry.event());
            text(json, "key", entry.causalityKey());
            json.writeStringProperty("createdAt", entry.createdAt().toString());
            text(json, "topic", entry.topic());
            text(json, "resourceClass", entry.resourceClass());
            text(json, "resourceId", entry.resourceId());
            if (entry.sealed() == null) {
                json.writeName("arguments");
                json.writeRawValue(entry.arguments());
            } else {
                json.writeBinaryProperty(SEALED, entry.sealed().bytes());
            }
            if (!entry.changeset().equals(EMPTY)) {
                json.writeName("changes");
                json.writeRawValue(entry.changeset());
            }
            if (!asked.isEmpty()) {
                json.writeArrayPropertyStart("asked");
                asked.forEach(json::writeString);
                json.writeEndArray();
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void text(JsonGenerator json, String name, @Nullable String value) {
        if (value != null) {
            json.writeStringProperty(name, value);
        }
    }

    /** The arguments alone, as they were written. */
    public static byte[] arguments(byte[] document) {
        var arguments = part(document, "arguments");
        if (arguments == null) {
            throw new IllegalArgumentException("This is no outbox entry: it has no arguments");
        }
        return arguments;
    }

    /** An item's event as whoever wrote the entry knows it: the arguments, under the causality key. */
    public static RawEvent written(RawEvent event) {
        var document = event.value();
        if (document == null) {
            return event;
        }
        var key = part(document, "key");
        return new RawEvent(
                event.topic(),
                event.partition(),
                event.offset(),
                event.producedAt(),
                key == null ? null : MAPPER.readTree(key).asString().getBytes(StandardCharsets.UTF_8),
                part(document, "arguments"),
                event.headers());
    }

    /** What stands under this name in a JSON object, as it was written; {@code null} if nothing does. */
    public static byte @Nullable [] part(byte[] document, String name) {
        try (var parser = JSON.createParser(ObjectReadContext.empty(), document)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                var found = parser.currentName().equals(name);
                parser.nextToken();
                var begin = parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                if (found) {
                    parser.finishToken();
                    return slice(document, begin, parser);
                }
            }
        }
        return null;
    }

    private static byte[] slice(byte[] document, long begin, JsonParser parser) {
        return Arrays.copyOfRange(
                document, (int) begin, (int) parser.currentLocation().getByteOffset());
    }

    public static OutboxEntry read(byte[] document) {
        var root = MAPPER.readTree(document);
        return new OutboxEntry(
                root.required("entry").asLong(),
                root.required("context").asString(),
                root.required("event").asString(),
                text(root, "key"),
                Instant.parse(root.required("createdAt").asString()),
                MAPPER.convertValue(root.required("arguments"), VALUES),
                text(root, "resourceClass"),
                text(root, "resourceId"),
                changes(root.path("changes")),
                text(root, "topic"));
    }

    private static Map<String, OutboxEntry.Values> changes(JsonNode changes) {
        var values = new LinkedHashMap<String, OutboxEntry.Values>();
        changes.propertyStream()
                .forEach(e -> values.put(
                        e.getKey(),
                        new OutboxEntry.Values(
                                value(e.getValue().path(0)), value(e.getValue().path(1)))));
        return values;
    }

    private static @Nullable Object value(JsonNode node) {
        return node.isMissingNode() || node.isNull() ? null : MAPPER.convertValue(node, Object.class);
    }

    /** The ids of the handlers that were to be asked; empty when some handler took the entry anyway. */
    public static List<String> asked(byte[] document) {
        return MAPPER.readTree(document)
                .path("asked")
                .valueStream()
                .map(JsonNode::asString)
                .toList();
    }

    /** The same document in plain text; as it is where nothing in it is sealed. */
    public static byte[] open(byte[] document, long keyId, SealedEntries sealedEntries)
            throws KeyMissingException, ForgedContentException {
        var sealed = MAPPER.readTree(document).path(SEALED);
        if (sealed.isMissingNode()) {
            return document;
        }
        var row = row(document, EMPTY);
        return write(sealedEntries.open(row, new Sealed(keyId, sealed.binaryValue())), asked(document));
    }

    /** The row that it was made of, to be written again; its headers are kept beside the document. */
    public static OutboxRow row(byte[] document, String headers) {
        var root = MAPPER.readTree(document);
        return new OutboxRow(
                root.required("entry").asLong(),
                0,
                root.required("context").asString(),
                root.required("event").asString(),
                text(root, "key"),
                root.has(SEALED) ? EMPTY : new String(arguments(document), StandardCharsets.UTF_8),
                text(root, "resourceClass"),
                text(root, "resourceId"),
                root.has("changes") ? root.path("changes").toString() : EMPTY,
                text(root, "topic"),
                headers,
                Instant.parse(root.required("createdAt").asString()),
                null);
    }

    private static @Nullable String text(JsonNode root, String name) {
        var node = root.path(name);
        return node.isMissingNode() || node.isNull() ? null : node.asString();
    }
}

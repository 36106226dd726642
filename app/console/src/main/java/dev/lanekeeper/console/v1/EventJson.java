package dev.lanekeeper.console.v1;

import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.console.item.ItemDetail;
import dev.lanekeeper.console.item.ItemDetail.Content;
import dev.lanekeeper.console.item.ItemRow;
import dev.lanekeeper.console.item.ItemState;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.util.RawValue;

/** Events and failures as the API shows them. */
final class EventJson {

    /** How much of a payload the answer about a single one holds. */
    static final int PAYLOAD_BYTES = 1 << 20;

    private EventJson() {}

    /** As a list shows it, with the beginning of its payload. */
    static Map<String, @Nullable Object> row(ItemRow row, @Nullable Content content) {
        return row(row, content, row.keyId() != null);
    }

    private static Map<String, @Nullable Object> row(ItemRow row, @Nullable Content content, boolean locked) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("id", row.itemId());
        json.put("state", row.state().name());
        json.put("handler", row.handler());
        json.put("group_id", row.group());
        json.put("topic", row.topic());
        json.put("partition", row.partition());
        json.put("offset", row.offset());
        var entry = row.entry();
        if (entry != null) {
            json.put("entry_id", entry.id());
            json.put("context", entry.context());
            json.put("event_name", entry.event());
        }
        var job = row.job();
        if (job != null) {
            json.put("label", job.label());
            json.put("scheduled_id", job.scheduledId());
            json.put("entry_id", job.entryId());
        }
        json.put("resource", row.resource());
        json.put("lane_id", row.laneId());
        json.put("entity_id", row.entityId());
        json.put("event_time", row.eventTime());
        json.put("event_type", row.eventType());
        json.put("event_version", row.eventVersion());
        json.put("attempts", row.attempts());
        json.put("produced_at", row.producedAt());
        json.put("polled_at", row.polledAt());
        json.put("created_at", row.storedAt());
        json.put("started_at", row.startedAt());
        json.put("finished_at", row.finishedAt());
        json.put("due_at", row.dueAt());
        json.put("retry_of", row.retryOf());
        json.put("reason", row.reason());
        if (row.state() != ItemState.DONE) {
            json.put("fingerprint", row.fingerprint());
            json.put("error_class", row.errorClass());
            json.put("error_message", row.errorMessage());
        }
        json.put("encrypted", row.keyId() != null);
        json.put("key_id", row.keyId());
        if (content != null) {
            addContent(json, content, locked);
        }
        return json;
    }

    private static void addContent(Map<String, @Nullable Object> json, Content content, boolean locked) {
        json.put("checksum", checksum(content.checksum()));
        json.put("trace_parent", content.traceParent());
        json.put("intake_error", content.intakeError());
        json.put("payload_bytes", content.payloadBytes());
        if (locked) {
            json.put("payload", null);
            json.put("payload_format", "encrypted");
            return;
        }
        var cut = content.payload() != null && content.payload().length < content.payloadBytes();
        var payload = value(content.payload(), !cut);
        json.put("payload", payload.value());
        json.put("payload_format", payload.format());
        json.put("payload_truncated", cut);
        var key = value(content.key(), false);
        json.put("key", key.value());
        json.put("key_format", key.format());
        json.put("headers", content.headers().stream().map(EventJson::header).toList());
    }

    private static Map<String, @Nullable Object> header(RawHeader header) {
        var value = value(header.value(), false);
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("name", header.name());
        json.put("value", value.value());
        json.put("format", value.format());
        return json;
    }

    private record Value(@Nullable Object value, String format) {}

    /** JSON stays as it was written, digit for digit; other text is text, and anything else is Base64. */
    private static Value value(byte @Nullable [] bytes, boolean mayBeJson) {
        if (bytes == null) {
            return new Value(null, "none");
        }
        try {
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return mayBeJson && Json.isJson(text) ? new Value(new RawValue(text), "json") : new Value(text, "text");
        } catch (CharacterCodingException e) {
            return new Value(Base64.getEncoder().encodeToString(bytes), "base64");
        }
    }

    private static @Nullable String checksum(@Nullable UUID checksum) {
        return checksum == null ? null : checksum.toString().replace("-", "");
    }

    /** All about one, as it is stored. */
    static Map<String, @Nullable Object> detail(ItemDetail detail) {
        return detail(detail, false);
    }

    /**
     * All about one.
     *
     * @param opened whether what is encrypted of it is in plain text
     */
    static Map<String, @Nullable Object> detail(ItemDetail detail, boolean opened) {
        var json = row(detail.row(), detail.content(), detail.row().keyId() != null && !opened);
        json.put("run_id", detail.runId());
        json.put("repeated_by", detail.repeatedBy());
        var lane = detail.lane();
        json.put(
                "lane",
                lane == null
                        ? null
                        : new Lane(
                                lane.ahead().value(),
                                lane.ahead().orMore(),
                                lane.waiting(),
                                lane.ownerNode(),
                                lane.ownerRun(),
                                lane.parked(),
                                lane.parkReason()));
        var last = detail.attempts().stream().findFirst();
        json.put(
                "error_backtrace",
                last.map(a -> a.stackTrace().lines().toList()).orElse(List.of()));
        json.put("failed_attempts", detail.attempts());
        json.put("operations", detail.operations());
        return json;
    }

    private record Lane(
            long ahead,
            boolean aheadOrMore,
            int waiting,
            @Nullable String ownerNode,
            @Nullable UUID ownerRun,
            boolean parked,
            @Nullable String parkReason) {}
}

package dev.lanekeeper.handler;

import dev.lanekeeper.api.RawEvent;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.TypeDescriptor;

/** Reads headers as the types that a handler's parameters have; text is UTF-8, and of headers with one name the last counts. */
final class HeaderValues {

    private final ConversionService conversion;

    HeaderValues(ConversionService conversion) {
        this.conversion = conversion;
    }

    /** {@code null} when there is no such header, or it has no value. */
    @Nullable
    Object read(RawEvent event, String name, TypeDescriptor type) {
        Object place = place(event, name);
        if (place != null) {
            return conversion.convert(place, type);
        }
        byte[] bytes = name.equals("kafka_receivedMessageKey") ? event.key() : event.lastHeader(name);
        if (bytes == null || type.getType() == byte[].class) {
            return bytes;
        }
        return convert(new String(bytes, StandardCharsets.UTF_8), type);
    }

    @Nullable
    Object convert(String text, TypeDescriptor type) {
        return conversion.convert(text, type);
    }

    /** All headers by their names, in their order. */
    Map<String, @Nullable Object> readAll(RawEvent event, Class<?> valueType) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        for (RawEvent.RawHeader header : event.headers()) {
            byte[] value = header.value();
            all.put(
                    header.name(),
                    value == null || valueType != String.class ? value : new String(value, StandardCharsets.UTF_8));
        }
        return all;
    }

    /** What the listeners of spring-kafka ask for as if it were a header; the names are its constants `KafkaHeaders`. */
    private static @Nullable Object place(RawEvent event, String name) {
        return switch (name) {
            case "kafka_receivedTopic" -> event.topic();
            case "kafka_receivedPartitionId" -> event.partition();
            case "kafka_offset" -> event.offset();
            case "kafka_receivedTimestamp" -> event.producedAt().toEpochMilli();
            default -> null;
        };
    }
}

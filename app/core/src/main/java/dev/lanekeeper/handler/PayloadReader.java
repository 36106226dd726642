package dev.lanekeeper.handler;

import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Decodes a record's value into what the handler's code asks for; prepared once for each handler. */
@FunctionalInterface
interface PayloadReader {

    /** {@code null} when the document is JSON's null. */
    @Nullable
    Object read(byte[] value) throws Exception;

    static PayloadReader of(Type type, JsonMapper mapper) {
        if (type == byte[].class) {
            return value -> value;
        }
        if (type == String.class) {
            // Not `new String`, which would put replacement characters in place of what it cannot read.
            return value -> StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value))
                    .toString();
        }
        if (type == JsonNode.class) {
            return mapper::readTree;
        }
        ObjectReader reader = mapper.readerFor(mapper.constructType(type));
        return value -> {
            Object payload = reader.readValue(value);
            return payload;
        };
    }
}

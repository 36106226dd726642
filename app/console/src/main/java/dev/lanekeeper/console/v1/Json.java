package dev.lanekeeper.console.v1;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/** Writes the API's answers, the same way in every application. */
final class Json {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private static final TypeReference<Map<String, @Nullable Object>> FIELDS = new TypeReference<>() {};

    private Json() {}

    static ResponseEntity<byte[]> ok(Object body) {
        return answer(HttpStatus.OK, body);
    }

    static ResponseEntity<byte[]> answer(HttpStatus status, Object body) {
        return with(ResponseEntity.status(status), body);
    }

    /** The one form of every error. */
    static ResponseEntity<byte[]> error(HttpStatus status, @Nullable String message) {
        return answer(status, Map.of("error", true, "message", message == null ? status.getReasonPhrase() : message));
    }

    static ResponseEntity<byte[]> with(ResponseEntity.BodyBuilder answer, Object body) {
        return answer.contentType(MediaType.APPLICATION_JSON).body(bytes(body));
    }

    static byte[] bytes(Object body) {
        return MAPPER.writeValueAsBytes(body);
    }

    /** The parts of a record, under the names that they have in JSON. */
    static Map<String, @Nullable Object> fields(Object body) {
        return MAPPER.convertValue(body, FIELDS);
    }

    /** In one line, for the log. */
    static String text(Object body) {
        return MAPPER.writeValueAsString(body);
    }

    /** Whether this is one JSON value and nothing else, of a depth that is harmless. */
    static boolean isJson(String text) {
        try (var parser = MAPPER.createParser(text)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (tools.jackson.core.JacksonException e) {
            return false;
        }
    }

    /** What somebody sent; an empty body is an empty object. */
    static <T> T read(byte @Nullable [] body, Class<T> type) {
        try {
            return MAPPER.readValue(
                    body == null || body.length == 0 ? "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8) : body,
                    type);
        } catch (tools.jackson.core.JacksonException e) {
            throw new ApiException(HttpStatus.BAD_REQUEST, "the body is not the JSON object that is expected here");
        }
    }
}

package dev.lanekeeper.handler;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.SerializableString;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.io.SerializedString;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads one scalar out of a JSON document without reading more of the document than lies before it.
 *
 * <p>Immutable; called for each record on the intake thread. What follows the value is not looked at: if it is no JSON, the
 * event fails when it runs. Of fields with the same name the first counts.
 */
final class JsonValue {

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .build();

    private final List<SerializableString> path;

    JsonValue(List<String> path) {
        this.path = path.stream().<SerializableString>map(SerializedString::new).toList();
    }

    /**
     * The value as text; {@code null} when it is missing or JSON's null.
     *
     * @throws tools.jackson.core.JacksonException if the document, as far as it was read, is not JSON
     * @throws IllegalArgumentException if the value is an object or an array, or the document is empty
     */
    @Nullable
    String read(byte[] document) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), document)) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new IllegalArgumentException("The record's value is empty, so it has no " + this);
            }
            for (SerializableString step : path) {
                if (!enter(parser, token, step)) {
                    return null;
                }
                token = parser.currentToken();
            }
            return scalar(parser, token);
        }
    }

    private static boolean enter(JsonParser parser, @Nullable JsonToken token, SerializableString step) {
        if (token == JsonToken.START_OBJECT) {
            return toField(parser, step);
        }
        return token == JsonToken.START_ARRAY && toElement(parser, step.getValue());
    }

    private static boolean toField(JsonParser parser, SerializableString name) {
        while (true) {
            boolean found = parser.nextName(name);
            if (parser.currentToken() != JsonToken.PROPERTY_NAME) {
                return false;
            }
            parser.nextToken();
            if (found) {
                return true;
            }
            parser.skipChildren();
        }
    }

    private static boolean toElement(JsonParser parser, String step) {
        if (!step.matches("0|[1-9][0-9]{0,8}")) {
            return false;
        }
        int index = Integer.parseInt(step);
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            if (i == index) {
                return true;
            }
            parser.skipChildren();
        }
        return false;
    }

    private @Nullable String scalar(JsonParser parser, @Nullable JsonToken token) {
        if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
            throw new IllegalArgumentException(
                    this + " is " + (token == JsonToken.START_OBJECT ? "an object" : "an array")
                            + ", but only text, a number or a boolean can name a resource");
        }
        return token == JsonToken.VALUE_NULL ? null : parser.getString();
    }

    @Override
    public String toString() {
        return "JSON value " + path.stream().map(s -> "/" + s.getValue()).reduce("", String::concat);
    }
}

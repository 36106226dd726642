package dev.lanekeeper.console.item;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Makes what others have written fit to be looked at: nothing in it can hide, or turn round, what stands beside it. That it
 * cannot become markup is the templates' part.
 */
public final class Shown {

    /** How many bytes of a text are shown. */
    public static final int LONGEST_TEXT = 64 << 10;

    private static final int LONGEST_BINARY = 4 << 10;
    private static final int BYTES_IN_A_LINE = 16;
    private static final int DEEPEST = 40;

    private Shown() {}

    /** Control characters and those that change the direction of writing become visible. */
    public static @Nullable String text(@Nullable String text) {
        if (text == null || text.chars().noneMatch(Shown::isDeceptive)) {
            return text;
        }
        var shown = new StringBuilder(text.length() + 16);
        text.chars().forEach(c -> {
            if (isDeceptive(c)) {
                shown.append("\\u").append(HexFormat.of().toHexDigits((char) c));
            } else {
                shown.append((char) c);
            }
        });
        return shown.toString();
    }

    private static boolean isDeceptive(int c) {
        return (c < ' ' && c != '\n' && c != '\t' && c != '\r')
                || (c >= 0x7f && c < 0xa0)
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069)
                || c == 0x200e
                || c == 0x200f;
    }

    /**
     * Bytes as a person reads them.
     *
     * @param format {@code none}, {@code JSON}, {@code text} or {@code binary}
     * @param cut whether there is more than is shown
     */
    public record Bytes(String text, String format, boolean cut) {}

    /** JSON is indented and else unchanged, other text stays as it is, anything else is shown in hexadecimal. */
    public static Bytes bytes(byte @Nullable [] bytes, long length) {
        if (bytes == null) {
            return new Bytes("", "none", false);
        }
        var shown = bytes.length > LONGEST_TEXT ? wholeCharacters(bytes, LONGEST_TEXT) : bytes;
        var text = decode(shown, shown.length < length);
        if (text == null) {
            return new Bytes(hex(bytes), "binary", length > LONGEST_BINARY);
        }
        var isJson = text.stripLeading().startsWith("{") || text.stripLeading().startsWith("[");
        return new Bytes(
                String.valueOf(text(isJson ? indented(text) : text)), isJson ? "JSON" : "text", shown.length < length);
    }

    private static byte[] wholeCharacters(byte[] bytes, int length) {
        var end = length;
        while (end > length - 4 && (bytes[end] & 0xc0) == 0x80) {
            end--;
        }
        return java.util.Arrays.copyOf(bytes, end);
    }

    private static @Nullable String decode(byte[] bytes, boolean cut) {
        for (var missing = 0; missing <= (cut ? 3 : 0) && missing <= bytes.length; missing++) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes, 0, bytes.length - missing))
                        .toString();
            } catch (CharacterCodingException e) {
                // A character that was cut in two at the end; or no text at all.
            }
        }
        return null;
    }

    /** Sixteen bytes a line, with their place before and their letters behind. */
    private static String hex(byte[] bytes) {
        var text = new StringBuilder();
        var end = Math.min(bytes.length, LONGEST_BINARY);
        for (var line = 0; line < end; line += BYTES_IN_A_LINE) {
            var last = Math.min(line + BYTES_IN_A_LINE, end);
            var digits = HexFormat.ofDelimiter(" ").formatHex(bytes, line, last);
            text.append("%06x  %-47s  ".formatted(line, digits));
            for (var i = line; i < last; i++) {
                text.append(bytes[i] >= ' ' && bytes[i] < 0x7f ? (char) bytes[i] : '.');
            }
            text.append('\n');
        }
        return text.toString();
    }

    /** Adds line breaks outside of strings and changes nothing else, whether or not it is JSON in truth. */
    private static String indented(String json) {
        var text = new StringBuilder(json.length() * 2);
        var depth = 0;
        var inString = false;
        for (var i = 0; i < json.length(); i++) {
            var c = json.charAt(i);
            if (inString) {
                text.append(c);
                if (c == '\\' && i + 1 < json.length()) {
                    text.append(json.charAt(++i));
                } else if (c == '"') {
                    inString = false;
                }
                continue;
            }
            switch (c) {
                case '"' -> {
                    inString = true;
                    text.append(c);
                }
                case '{', '[' -> {
                    text.append(c);
                    depth++;
                    if (!closesAtOnce(json, i)) {
                        newLine(text, depth);
                    }
                }
                case '}', ']' -> {
                    depth--;
                    if (!endsWithOpening(text)) {
                        newLine(text, depth);
                    }
                    text.append(c);
                }
                case ',' -> {
                    text.append(c);
                    newLine(text, depth);
                }
                case ':' -> text.append(": ");
                case ' ', '\n', '\r', '\t' -> {}
                default -> text.append(c);
            }
        }
        return text.toString();
    }

    private static boolean closesAtOnce(String json, int at) {
        for (var i = at + 1; i < json.length(); i++) {
            var c = json.charAt(i);
            if (c > ' ') {
                return c == '}' || c == ']';
            }
        }
        return true;
    }

    private static boolean endsWithOpening(CharSequence text) {
        var last = text.isEmpty() ? ' ' : text.charAt(text.length() - 1);
        return last == '{' || last == '[';
    }

    private static void newLine(StringBuilder text, int depth) {
        text.append('\n').append("  ".repeat(Math.max(0, Math.min(depth, DEEPEST))));
    }
}

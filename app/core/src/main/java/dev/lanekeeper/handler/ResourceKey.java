package dev.lanekeeper.handler;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Writes the key of a resource as text that PostgreSQL can store, so that different keys never become the same text.
 *
 * <p>Text stays as it is, but for what PostgreSQL refuses: NUL and unpaired surrogates become {@code &#92;u0000}, and to
 * keep them apart from text that looks so already, a backslash becomes two. Bytes that are not UTF-8 become {@code \x}
 * and their hexadecimal digits, which no text can become.
 */
public final class ResourceKey {

    private static final HexFormat HEX = HexFormat.of();

    private ResourceKey() {}

    /** {@code null} for a key that is missing or empty: no lock. */
    public static @Nullable String of(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        int first = firstToEscape(text);
        return first < 0 ? text : escape(text, first);
    }

    /** {@code null} for a key that is missing or empty: no lock. */
    static @Nullable String of(byte @Nullable [] bytes) {
        if (bytes == null || bytes.length == 0) {
            return null;
        }
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return of(text.toString());
        } catch (CharacterCodingException e) {
            return "\\x" + HEX.formatHex(bytes);
        }
    }

    private static int firstToEscape(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' || c == 0) {
                return i;
            }
            if (Character.isSurrogate(c)) {
                if (!isPairAt(text, i)) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    private static String escape(String text, int first) {
        var escaped = new StringBuilder(text.length() + 16).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                escaped.append("\\\\");
            } else if (isPairAt(text, i)) {
                escaped.append(c).append(text.charAt(++i));
            } else if (c == 0 || Character.isSurrogate(c)) {
                escaped.append("\\u").append(HEX.toHexDigits(c));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }

    private static boolean isPairAt(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i))
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
    }
}

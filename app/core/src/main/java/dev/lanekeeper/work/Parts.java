package dev.lanekeeper.work;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Several contents as the bytes that are sealed: each with its length, a big-endian 32-bit integer, -1 for none. */
final class Parts {

    private Parts() {}

    static byte[] join(List<byte @Nullable []> parts) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            for (var part : parts) {
                out.writeInt(part == null ? -1 : part.length);
                if (part != null) {
                    out.write(part);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static List<byte @Nullable []> split(byte[] joined) {
        var parts = new ArrayList<byte @Nullable []>();
        try (var in = new DataInputStream(new ByteArrayInputStream(joined))) {
            while (in.available() > 0) {
                var length = in.readInt();
                parts.add(length < 0 ? null : in.readNBytes(length));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return parts;
    }

    static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}

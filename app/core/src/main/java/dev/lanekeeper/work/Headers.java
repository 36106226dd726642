package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent.RawHeader;
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

/**
 * Record headers as one column: in their order, names that repeat, values that are null or binary.
 *
 * <p>Form: the number of headers, then for each the length and bytes of its name (UTF-8) and of its value, -1 for null; all
 * numbers are big-endian 32-bit integers.
 */
public final class Headers {

    private Headers() {}

    static byte @Nullable [] encode(List<RawHeader> headers) {
        if (headers.isEmpty()) {
            return null;
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeInt(headers.size());
            for (var header : headers) {
                write(out, header.name().getBytes(StandardCharsets.UTF_8));
                write(out, header.value());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static List<RawHeader> decode(byte @Nullable [] column) {
        if (column == null) {
            return List.of();
        }
        try (var in = new DataInputStream(new ByteArrayInputStream(column))) {
            var count = in.readInt();
            var headers = new ArrayList<RawHeader>(count);
            for (var i = 0; i < count; i++) {
                var name = read(in);
                headers.add(new RawHeader(name == null ? "" : new String(name, StandardCharsets.UTF_8), read(in)));
            }
            return List.copyOf(headers);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(DataOutputStream out, byte @Nullable [] bytes) throws IOException {
        out.writeInt(bytes == null ? -1 : bytes.length);
        if (bytes != null) {
            out.write(bytes);
        }
    }

    private static byte @Nullable [] read(DataInputStream in) throws IOException {
        var length = in.readInt();
        return length < 0 ? null : in.readNBytes(length);
    }
}

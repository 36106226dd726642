package dev.lanekeeper.work;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What each sealed content is bound to: moved or copied to another place, it cannot be opened. */
final class Places {

    private Places() {}

    /** A Kafka record of a handler; the same for an item that is stored anew from it. */
    static byte[] record(int handlerId, @Nullable String topic, int partition, long offset) {
        return place("record", handlerId, topic, partition, offset);
    }

    /** An entry of the outbox and all items that are made of it. */
    static byte[] entry(OutboxRow entry) {
        return place(
                "entry",
                entry.entryId(),
                entry.context(),
                entry.event(),
                entry.causalityKey(),
                entry.resourceClass(),
                entry.resourceId(),
                entry.topic());
    }

    /** What a failed attempt has said. */
    static byte[] attempt(long itemId, int number) {
        return place("attempt", itemId, number);
    }

    /** Why an item ended. */
    static byte[] outcome(long itemId) {
        return place("outcome", itemId);
    }

    /** Each part with its length, so that no two places are the same bytes. */
    private static byte[] place(@Nullable Object... parts) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            for (var part : parts) {
                if (part == null) {
                    out.writeInt(-1);
                } else {
                    var text = part.toString().getBytes(StandardCharsets.UTF_8);
                    out.writeInt(text.length);
                    out.write(text);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}

package dev.lanekeeper.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An event exactly as it came from its source: bytes, not yet decoded.
 *
 * @param topic the Kafka topic; {@code null} for what does not come from Kafka
 * @param partition the partition, from 0; -1 for what does not come from Kafka
 * @param offset the record's offset in its partition; -1 for what does not come from Kafka
 * @param producedAt the record's timestamp, by the producer's or the broker's clock; when an outbox entry was written, or a job enqueued
 * @param key the record key; {@code null} when it has none
 * @param value the record value, {@code null} for a tombstone; of an outbox entry, a JSON document of all that it has
 * @param headers all headers in their order; a name may occur more than once
 */
public record RawEvent(
        @Nullable String topic,
        int partition,
        long offset,
        Instant producedAt,
        byte @Nullable [] key,
        byte @Nullable [] value,
        List<RawHeader> headers) {

    /** One record header; its value may be {@code null}. */
    public record RawHeader(String name, byte @Nullable [] value) {}

    /** The value of the last header with that name, as Kafka's own {@code lastHeader}. */
    public byte @Nullable [] lastHeader(String name) {
        for (int i = headers.size() - 1; i >= 0; i--) {
            if (headers.get(i).name().equals(name)) {
                return headers.get(i).value();
            }
        }
        return null;
    }
}

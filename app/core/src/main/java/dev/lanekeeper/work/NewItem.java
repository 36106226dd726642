package dev.lanekeeper.work;

import dev.lanekeeper.api.RawEvent.RawHeader;
import dev.lanekeeper.work.Seal.Sealed;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka record on its way into the corridor.
 *
 * @param resource the canonical key of its resource; {@code null} for work without a lane of its own
 * @param identity what {@code dedup} recognises it by; {@code null} when only its offset does
 * @param checksum MD5 of the raw value; {@code null} for a tombstone
 * @param traceParent the W3C {@code traceparent} header as it came
 * @param intakeError why resource or identity could not be read; the item fails with it when it runs
 * @param claim to be the only one of its key; {@code null} for none
 * @param keyId of the key that the value is sealed with, and with it key and headers; {@code null} for plain text
 */
public record NewItem(
        String topic,
        int partition,
        long offset,
        Instant producedAt,
        Instant polledAt,
        byte @Nullable [] key,
        byte @Nullable [] value,
        List<RawHeader> headers,
        @Nullable String resource,
        @Nullable UUID identity,
        @Nullable UUID checksum,
        @Nullable String traceParent,
        @Nullable String intakeError,
        @Nullable UniqueClaim claim,
        @Nullable Long keyId) {

    /** In plain text, and one that may be there any number of times. */
    public NewItem(
            String topic,
            int partition,
            long offset,
            Instant producedAt,
            Instant polledAt,
            byte @Nullable [] key,
            byte @Nullable [] value,
            List<RawHeader> headers,
            @Nullable String resource,
            @Nullable UUID identity,
            @Nullable UUID checksum,
            @Nullable String traceParent,
            @Nullable String intakeError) {
        this(
                topic,
                partition,
                offset,
                producedAt,
                polledAt,
                key,
                value,
                headers,
                resource,
                identity,
                checksum,
                traceParent,
                intakeError,
                null,
                null);
    }

    /** The same record with nothing in it that tells what it is about. */
    NewItem sealed(
            Sealed content,
            @Nullable String pseudonym,
            @Nullable UUID keyedIdentity,
            @Nullable UUID keyedChecksum,
            @Nullable String error,
            @Nullable UniqueClaim keyedClaim) {
        return new NewItem(
                topic,
                partition,
                offset,
                producedAt,
                polledAt,
                null,
                content.bytes(),
                List.of(),
                pseudonym,
                keyedIdentity,
                keyedChecksum,
                traceParent,
                error,
                keyedClaim,
                content.keyId());
    }

    int bytes() {
        return (key == null ? 0 : key.length) + (value == null ? 0 : value.length);
    }

    /** The same record, to be shown as a failure. */
    NewItem withError(String error) {
        return new NewItem(
                topic,
                partition,
                offset,
                producedAt,
                polledAt,
                key,
                value,
                headers,
                null,
                null,
                checksum,
                traceParent,
                error,
                null,
                keyId);
    }

    /** What is left when even its bytes are refused: where it lies in Kafka, and why it is not here. */
    NewItem bare(String error) {
        return new NewItem(
                topic,
                partition,
                offset,
                producedAt,
                polledAt,
                null,
                null,
                List.of(),
                null,
                null,
                checksum,
                null,
                error);
    }
}

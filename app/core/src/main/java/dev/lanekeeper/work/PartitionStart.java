package dev.lanekeeper.work;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a consumer goes on with a partition, and its right to store what it reads there.
 *
 * @param previousOffset how far the database was before
 * @param lost offsets that were not read and that the broker no longer has
 * @param setFromOutside whether Kafka's committed offset was set by somebody else; it is to be committed again with our mark
 *     before anything is stored
 * @param stoppedReason why nothing may be read until a person acts; {@code null} to go on
 */
public record PartitionStart(
        PartitionClaim claim,
        long nextOffset,
        long previousOffset,
        long lost,
        boolean setFromOutside,
        @Nullable String stoppedReason) {

    /** Stands for whatever topic is there, after a person has restarted a partition of a recreated topic. */
    static final UUID ANY_TOPIC_ID = new UUID(0, 0);

    static PartitionStart of(PartitionOffer offer, ProgressStore.Known known) {
        var claim = new PartitionClaim(offer.place().topic(), offer.place().partition(), known.generation() + 1);
        var reason = offer.isForeign() ? null : reasonToStop(offer, known);
        if (reason != null) {
            return new PartitionStart(claim, known.nextOffset(), known.nextOffset(), 0, false, reason);
        }
        var next = offer.isForeign() ? offer.firstStart() : known.nextOffset();
        if (offer.truncatedAt() != null) {
            next = Math.min(next, offer.truncatedAt());
        }
        var lost = Math.max(0, offer.earliest() - next);
        return new PartitionStart(
                claim.reaching(next + lost), next + lost, known.nextOffset(), lost, offer.isForeign(), null);
    }

    private static @Nullable String reasonToStop(PartitionOffer offer, ProgressStore.Known known) {
        if (known.stoppedReason() != null) {
            return known.stoppedReason();
        }
        if (known.topicId().equals(offer.topicId()) || known.topicId().equals(ANY_TOPIC_ID)) {
            return null;
        }
        return "topic %s was deleted and created again (its id was %s and is %s): offset %d means nothing any more; reset the partition to go on"
                .formatted(offer.place().topic(), known.topicId(), offer.topicId(), known.nextOffset());
    }
}

package dev.lanekeeper.work;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a consumer learned from Kafka about a partition that it was assigned.
 *
 * @param topicId Kafka's own id of the topic; another one means that the topic was deleted and created again
 * @param committed the offset that the group has committed; {@code null} for none
 * @param ours whether that commit bears this installation's mark; if not, somebody else set it
 * @param startFrom where a handler begins that has neither
 * @param earliest the first offset that the broker still has
 * @param truncatedAt where the broker's log ends or was cut off, if it refused our position; {@code null} if it did not
 */
public record PartitionOffer(
        ProgressStore.Place place,
        UUID topicId,
        @Nullable Long committed,
        boolean ours,
        long startFrom,
        long earliest,
        @Nullable Long truncatedAt) {

    /** Somebody set the offset, and that counts more than what the database knows. */
    boolean isForeign() {
        return committed != null && !ours;
    }

    /** Where to begin when the database knows nothing. */
    long firstStart() {
        return committed == null ? startFrom : committed;
    }
}

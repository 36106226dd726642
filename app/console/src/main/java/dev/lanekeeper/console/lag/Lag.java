package dev.lanekeeper.console.lag;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What waits in Kafka.
 *
 * @param partitions by handler, topic and number
 * @param problem why Kafka could not be asked; {@code null} when it has answered
 */
public record Lag(List<PartitionLag> partitions, @Nullable String problem) {

    /**
     * One partition, for one handler.
     *
     * @param nextOffset up to where it is stored; {@code null} when nobody has read from it yet
     * @param end behind its last record; {@code null} when Kafka could not be asked
     * @param node the name of the node that reads it; {@code null} for none
     * @param stoppedReason why nobody reads it
     */
    public record PartitionLag(
            String handler,
            String topic,
            int partition,
            @Nullable Long nextOffset,
            @Nullable Long end,
            long lostAtBroker,
            @Nullable String stoppedReason,
            @Nullable String node) {

        /** How many offsets it is behind; {@code null} when that is not known. */
        public @Nullable Long records() {
            return nextOffset == null || end == null ? null : (Long) Math.max(0, end - nextOffset);
        }
    }

    public List<PartitionLag> of(String handler) {
        return partitions.stream().filter(p -> p.handler().equals(handler)).toList();
    }

    /** Of all partitions; {@code null} when that of none is known. */
    public @Nullable Long records() {
        return sum(partitions);
    }

    /** Of these partitions; {@code null} when that of none is known. */
    public static @Nullable Long sum(List<PartitionLag> partitions) {
        var known = partitions.stream()
                .map(PartitionLag::records)
                .filter(Objects::nonNull)
                .toList();
        return known.isEmpty()
                ? null
                : (Long) known.stream().mapToLong(Long::longValue).sum();
    }
}

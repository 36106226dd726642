package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.intake.kafka.IntakeStatus.ConsumerStatus;
import dev.lanekeeper.intake.kafka.IntakeStatus.PartitionStatus;
import java.time.Duration;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Pictures a consumer for others, on its own thread. */
final class Snapshot {

    private Snapshot() {}

    static ConsumerStatus of(
            Member member,
            Collection<AssignedPartition> partitions,
            @Nullable PauseReason pausedBecause,
            @Nullable String problem) {
        var load = member.flusher().load();
        var last = member.flusher().lastFlush();
        return new ConsumerStatus(
                member.number(),
                pausedBecause,
                problem,
                partitions.stream().map(p -> of(p, member.flusher())).toList(),
                load.records(),
                load.bytes(),
                last == null ? 0 : last.records(),
                last == null ? null : last.duration(),
                last == null ? null : last.at(),
                member.flusher().waiting(),
                Duration.ZERO);
    }

    private static PartitionStatus of(AssignedPartition partition, Flusher flusher) {
        var buffer = partition.buffer();
        var stored = buffer == null ? null : flusher.stored(buffer);
        return new PartitionStatus(
                partition.partition().topic(),
                partition.partition().partition(),
                stored == null ? null : stored.nextOffset(),
                partition.lag().isEmpty() ? null : partition.lag().getAsLong(),
                partition.stoppedReason());
    }
}

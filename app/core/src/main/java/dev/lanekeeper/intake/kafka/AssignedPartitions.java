package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.intake.kafka.AssignedPartition.State;
import dev.lanekeeper.intake.kafka.IntakeListener.Place;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that the group has given to one consumer, from assignment to revocation; all on the consumer's thread.
 *
 * <p>The callbacks only note what changed, and may come twice or in any order: under some protocols a partition is revoked,
 * lost and revoked again. A new partition stays paused until {@link StartPositions} has found where it goes on.
 */
final class AssignedPartitions implements ConsumerRebalanceListener {

    private static final Logger log = LoggerFactory.getLogger(AssignedPartitions.class);
    private static final long STOPPED_IS_ASKED_AGAIN = TimeUnit.SECONDS.toNanos(5);

    private final String handlerId;
    private final Consumer<byte[], byte[]> consumer;
    private final Flusher flusher;
    private final OffsetCommitter committer;
    private final IntakeListener listener;
    private final Duration handBack;
    private final Map<TopicPartition, AssignedPartition> assigned = new LinkedHashMap<>();

    AssignedPartitions(Member member) {
        this.handlerId = member.handlerId();
        this.consumer = member.consumer();
        this.flusher = member.flusher();
        this.committer = member.committer();
        this.listener = member.listener();
        this.handBack = member.handBack();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        for (var partition : partitions) {
            if (assigned.putIfAbsent(partition, new AssignedPartition(partition)) == null) {
                // Without any position the client would fail, since it may not choose one; paused, this one is never
                // fetched.
                consumer.pause(List.of(partition));
                consumer.seek(partition, 0);
            }
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        var buffers = buffers(partitions);
        if (!buffers.isEmpty()) {
            if (!flusher.drain(buffers, handBack)) {
                log.warn(
                        "Partitions are handed on before all of their records were stored; the next owner reads them again "
                                + "handler={} partitions={}",
                        handlerId,
                        partitions);
            }
            committer.commitNow(buffers, handBack);
        }
        forget(partitions, buffers).forEach(listener::revoked);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        forget(partitions, buffers(partitions)).forEach(place -> {
            log.info("Partition lost, somebody else has it {}", place);
            listener.lost(place);
        });
    }

    private List<PartitionBuffer> buffers(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .map(assigned::get)
                .filter(Objects::nonNull)
                .map(AssignedPartition::buffer)
                .filter(Objects::nonNull)
                .toList();
    }

    private List<Place> forget(Collection<TopicPartition> partitions, List<PartitionBuffer> buffers) {
        flusher.drop(buffers);
        return partitions.stream()
                .map(assigned::remove)
                .filter(Objects::nonNull)
                .map(p -> {
                    p.giveUp();
                    return place(p.partition());
                })
                .toList();
    }

    /** The broker has no such offset: what was read is stored, then the position is asked anew. */
    void refused(OffsetOutOfRangeException e) {
        for (var partition : e.offsetOutOfRangePartitions().keySet()) {
            var known = assigned.get(partition);
            if (known != null) {
                known.refused(divergence(e, partition));
            }
        }
    }

    private static OptionalLong divergence(OffsetOutOfRangeException e, TopicPartition partition) {
        var known = e instanceof LogTruncationException truncation
                ? truncation.divergentOffsets().get(partition)
                : null;
        return known == null ? OptionalLong.empty() : OptionalLong.of(known.offset());
    }

    /** Partitions whose topic has another id than when they were opened, or whose generation somebody else has raised. */
    void compare(Map<String, UUID> topicIds, Map<TopicPartition, Long> generations) {
        for (var partition : assigned.values()) {
            var buffer = partition.buffer();
            if (partition.state() == State.OPEN && buffer != null) {
                var topicId = topicIds.get(partition.partition().topic());
                var recreated = topicId != null && !topicId.equals(partition.topicId());
                var generation = generations.getOrDefault(partition.partition(), 0L);
                if (recreated || generation > buffer.claim().generation()) {
                    partition.settle();
                }
            }
        }
    }

    /** Stores the last records of partitions whose position is to be asked anew. */
    void settle() {
        for (var partition : assigned.values()) {
            var buffer = partition.buffer();
            if (partition.state() == State.SETTLING && buffer != null) {
                var buffers = List.of(buffer);
                flusher.hurry(buffers);
                if (flusher.isSettled(buffer)) {
                    committer.commitNow(buffers, handBack);
                    flusher.drop(buffers);
                    partition.forgetPosition(System.nanoTime());
                }
            }
        }
    }

    /** Partitions that the database refused: the next poll tells whether they are still ours. */
    void noteFenced() {
        for (var buffer : flusher.takeFenced()) {
            var partition = assigned.get(buffer.partition());
            if (partition != null && buffer.equals(partition.buffer())) {
                partition.forgetPosition(System.nanoTime());
            }
            log.info("Another consumer has taken over {}", place(buffer.partition()));
            listener.fenced(place(buffer.partition()));
        }
    }

    void stop(AssignedPartition partition, String reason) {
        if (!reason.equals(partition.stoppedReason())) {
            log.error(
                    "Partition stopped, nothing more is read from it {} reason={}",
                    place(partition.partition()),
                    reason);
            listener.partitionStopped(place(partition.partition()), reason);
        }
        partition.stop(reason, System.nanoTime() + STOPPED_IS_ASKED_AGAIN);
    }

    /** What may be fetched: open, and still ours by the client's own knowledge. */
    @Nullable
    PartitionBuffer open(TopicPartition partition) {
        var known = assigned.get(partition);
        return known == null || known.state() != State.OPEN ? null : known.buffer();
    }

    List<PartitionBuffer> buffers() {
        return buffers(List.copyOf(assigned.keySet()));
    }

    Collection<AssignedPartition> all() {
        return assigned.values();
    }

    Place place(TopicPartition partition) {
        return new Place(handlerId, partition.topic(), partition.partition());
    }
}

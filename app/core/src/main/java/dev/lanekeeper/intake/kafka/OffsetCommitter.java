package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.work.Probe;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells Kafka how far partitions are stored, after the database has committed it. On the consumer's thread.
 *
 * <p>The broker does not check who owns a partition: a member that commits an offset of somebody else's partition succeeds
 * and may rewind it. So only partitions that are owned here and now are ever committed. A commit that fails is no loss, since
 * the database decides where reading goes on; it is tried again with the next one.
 */
final class OffsetCommitter {

    private static final Logger log = LoggerFactory.getLogger(OffsetCommitter.class);
    private static final long BACKOFF = TimeUnit.MILLISECONDS.toNanos(500);

    private final Consumer<byte[], byte[]> consumer;
    private final Flusher flusher;
    private final String mark;
    private final Probe probe;
    private boolean underWay;
    private long notBefore = System.nanoTime();

    OffsetCommitter(Consumer<byte[], byte[]> consumer, Flusher flusher, String mark, Probe probe) {
        this.consumer = consumer;
        this.flusher = flusher;
        this.mark = mark;
        this.probe = probe;
    }

    boolean isOurs(@Nullable OffsetAndMetadata committed) {
        return committed != null && mark.equals(committed.metadata());
    }

    /** Commits what was stored since the last time, at most one request under way. */
    void commitSoon(Collection<PartitionBuffer> owned) {
        if (underWay || System.nanoTime() - notBefore < 0) {
            return;
        }
        var stored = stored(owned);
        if (stored.isEmpty()) {
            return;
        }
        underWay = true;
        consumer.commitAsync(offsets(stored), (offsets, failure) -> {
            underWay = false;
            if (failure == null) {
                committed(stored);
            } else {
                notBefore = System.nanoTime() + BACKOFF;
                log.debug("Offsets not committed, tried again offsets={}", offsets, failure);
            }
        });
    }

    /** Commits what was stored before these partitions go to somebody else. */
    void commitNow(Collection<PartitionBuffer> owned, Duration most) {
        var stored = stored(owned);
        if (stored.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(offsets(stored), most);
            committed(stored);
        } catch (InterruptException e) {
            throw e;
        } catch (KafkaException e) {
            log.info(
                    "Offsets not committed; the database knows them offsets={} reason={}",
                    offsets(stored),
                    Outage.line(e));
        }
    }

    /** Puts our mark on an offset that somebody else set. */
    void commitMarked(TopicPartition partition, long offset, Duration most) {
        consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset, mark)), most);
    }

    private Map<PartitionBuffer, OffsetAndMetadata> stored(Collection<PartitionBuffer> owned) {
        var ahead = new HashMap<PartitionBuffer, OffsetAndMetadata>();
        for (var buffer : owned) {
            var stored = flusher.stored(buffer);
            if (stored != null && stored.nextOffset() > buffer.committedOffset()) {
                ahead.put(buffer, new OffsetAndMetadata(stored.nextOffset(), stored.leaderEpoch(), mark));
            }
        }
        return ahead;
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Map<PartitionBuffer, OffsetAndMetadata> stored) {
        var offsets = new HashMap<TopicPartition, OffsetAndMetadata>();
        stored.forEach((buffer, offset) -> offsets.put(buffer.partition(), offset));
        return offsets;
    }

    private void committed(Map<PartitionBuffer, OffsetAndMetadata> stored) {
        stored.forEach((buffer, offset) -> buffer.committed(offset.offset()));
        probe.reached(Probe.Step.OFFSETS_COMMITTED);
    }
}

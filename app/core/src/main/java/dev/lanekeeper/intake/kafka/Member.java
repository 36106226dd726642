package dev.lanekeeper.intake.kafka;

import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * One member of a handler's consumer group and what it works with, for as long as its Kafka client lives.
 *
 * @param number counts the handler's consumers on this node from 0
 * @param handBack how long a revocation may take, within which everything of those partitions is stored
 */
record Member(
        String handlerId,
        int number,
        Consumer<byte[], byte[]> consumer,
        Flusher flusher,
        OffsetCommitter committer,
        IntakeListener listener,
        Duration handBack) {}

package dev.lanekeeper.intake.kafka;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one handler's intake on this node is doing; for health, metrics and the console, at most about a second old.
 *
 * @param reason why it waits, is paused or stopped; {@code null} while it runs
 * @param consumersReplaced consumers that died of an unexpected error since the start
 * @param healthy false while consumers die one after the other
 */
public record IntakeStatus(
        String handlerId,
        State state,
        @Nullable String reason,
        List<ConsumerStatus> consumers,
        long consumersReplaced,
        boolean healthy) {

    /** What an intake can be doing. */
    public enum State {
        WAITING_FOR_KAFKA,
        RUNNING,
        PAUSED,
        STOPPED
    }

    /**
     * One consumer thread.
     *
     * @param pausedBecause {@code null} while it fetches
     * @param lastFlushRecords 0 before the first flush
     * @param flushing how long its other thread, which stores, has been waiting for the database's answer; no time while it waits
     *     for none
     * @param sinceTurn how long ago its thread last came round, which it does several times a second
     */
    public record ConsumerStatus(
            int number,
            @Nullable PauseReason pausedBecause,
            @Nullable String problem,
            List<PartitionStatus> partitions,
            int bufferedRecords,
            long bufferedBytes,
            int lastFlushRecords,
            @Nullable Duration lastFlushDuration,
            @Nullable Instant lastFlushAt,
            Duration flushing,
            Duration sinceTurn) {

        ConsumerStatus turned(Duration ago) {
            return new ConsumerStatus(
                    number,
                    pausedBecause,
                    problem,
                    partitions,
                    bufferedRecords,
                    bufferedBytes,
                    lastFlushRecords,
                    lastFlushDuration,
                    lastFlushAt,
                    flushing,
                    ago);
        }
    }

    /**
     * One assigned partition.
     *
     * @param nextOffset up to where it is stored; {@code null} while that is being asked
     * @param lag records behind the end of the partition, by the consumer's own knowledge; {@code null} for unknown
     * @param stoppedReason why nothing is read from it
     */
    public record PartitionStatus(
            String topic,
            int partition,
            @Nullable Long nextOffset,
            @Nullable Long lag,
            @Nullable String stoppedReason) {}
}

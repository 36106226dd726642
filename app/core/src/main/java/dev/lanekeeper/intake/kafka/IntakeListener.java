package dev.lanekeeper.intake.kafka;

import dev.lanekeeper.work.StoredBatch;
import java.time.Duration;

/**
 * Is told what happens at the door from Kafka: metrics and application events are made from it.
 *
 * <p>Called on the consumers' own threads unless it says otherwise, after the fact and outside any transaction, so it must be quick. What it throws
 * is logged and harms nothing.
 */
public interface IntakeListener {

    /** A partition of a handler. */
    record Place(String handlerId, String topic, int partition) {

        /** As it stands in the log. */
        @Override
        public String toString() {
            return "handler=" + handlerId + " topic=" + topic + " partition=" + partition;
        }
    }

    /** A handler's intake was started; it may have to wait for Kafka. On the thread that starts it. */
    default void started(String handlerId) {}

    /** A handler's intake was told to stop; what it holds is stored first. On the thread that stops it. */
    default void stopping(String handlerId, String reason) {}

    /** A handler's intake has stopped, or was given up. On the thread that stops it. */
    default void stopped(String handlerId, boolean inTime) {}

    /** Records were polled, not stored yet. */
    default void polled(String handlerId, int records) {}

    /** A batch is committed in the database; its offsets are not yet in Kafka. */
    default void flushed(String handlerId, StoredBatch batch, Duration duration) {}

    /** A batch could not be stored and is tried again; called for every attempt. */
    default void flushFailed(String handlerId, Throwable cause) {}

    /** A consumer has a start position and reads from it. */
    default void assigned(Place place, long generation, long nextOffset) {}

    /** A consumer gave a partition up after it had stored what it could. */
    default void revoked(Place place) {}

    /** A consumer lost a partition without being asked; its unstored records are read again by the next owner. */
    default void lost(Place place) {}

    /** The database refused a late batch of a partition that another consumer has taken over. */
    default void fenced(Place place) {}

    /** Offsets that this handler had not read are no longer at the broker. */
    default void lostAtBroker(Place place, long offsets) {}

    /** The position was set by somebody else, or the log was truncated; reading goes on at {@code nextOffset}. */
    default void repositioned(Place place, long previousOffset, long nextOffset) {}

    /** Nothing more is read from a partition until a person acts. */
    default void partitionStopped(Place place, String reason) {}

    /** A consumer stopped fetching but stays in its group. */
    default void paused(String handlerId, PauseReason reason) {}

    default void resumed(String handlerId) {}

    /** A consumer died of an unexpected error and is replaced by a fresh one. */
    default void consumerReplaced(String handlerId, Throwable cause) {}
}

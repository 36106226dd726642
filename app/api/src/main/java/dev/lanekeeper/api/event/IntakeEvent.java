package dev.lanekeeper.api.event;

import java.time.Duration;

/**
 * What a handler's intake on this node does; batch by batch, never record by record. Published on consumers' threads, start
 * and stop on the thread that starts or stops it.
 */
public sealed interface IntakeEvent extends LanekeeperEvent {

    String handlerId();

    /** The handler's Kafka group. */
    String groupId();

    /** The intake was started; it may have to wait for Kafka or for its topic. */
    record Started(String handlerId, String groupId) implements IntakeEvent {}

    /** The intake was told to stop; what it holds is stored first. */
    record Stopping(String handlerId, String groupId, String reason) implements IntakeEvent {}

    /**
     * The intake has stopped.
     *
     * @param inTime false when a consumer had not ended within its time
     */
    record Stopped(String handlerId, String groupId, boolean inTime) implements IntakeEvent {}

    /**
     * A batch was compared with what had been stored before, and is committed.
     *
     * @param stored records that were new
     * @param duplicates records that had been stored before
     * @param refused of the new ones, those that the database refused and that were stored as failures
     * @param duration of the whole flush
     */
    record Stored(String handlerId, String groupId, int stored, int duplicates, int refused, Duration duration)
            implements IntakeEvent {}

    /** Records of a batch had been stored before; nothing else follows for them. */
    record AlreadyConsumed(String handlerId, String groupId, int duplicates) implements IntakeEvent {}

    /** A batch could not be stored; it is tried again until it can. */
    record StoreFailed(String handlerId, String groupId, Throwable cause) implements IntakeEvent {}

    /**
     * A consumer stopped fetching without leaving its group.
     *
     * @param reason {@code BY_OPERATOR}, {@code MAX_WAITING}, {@code DATABASE_AWAY} or {@code BUFFER_FULL}
     */
    record Paused(String handlerId, String groupId, String reason) implements IntakeEvent {}

    /** A consumer fetches again. */
    record Resumed(String handlerId, String groupId) implements IntakeEvent {}

    /** A consumer died of an unexpected error and a fresh one takes its place. */
    record ConsumerReplaced(String handlerId, String groupId, Throwable cause) implements IntakeEvent {}
}

package dev.lanekeeper.api.event;

/** What happened to a partition of a handler on this node; published on its consumer's thread. */
public sealed interface PartitionEvent extends LanekeeperEvent {

    /** The partition that this is about. */
    Partition partition();

    /** A partition as one handler reads it. */
    record Partition(String handlerId, String groupId, String topic, int number) {}

    /** A consumer reads from it. */
    record Assigned(Partition partition, long generation, long nextOffset) implements PartitionEvent {}

    /** A consumer gave it up after it had stored what it could. */
    record Revoked(Partition partition) implements PartitionEvent {}

    /** A consumer lost it without being asked; what was not stored is read again by the next owner. */
    record Lost(Partition partition) implements PartitionEvent {}

    /** The database refused a late batch of it, since another consumer has taken it over. */
    record Fenced(Partition partition) implements PartitionEvent {}

    /** Somebody else set its position, or its log was truncated. */
    record Repositioned(Partition partition, long previousOffset, long nextOffset) implements PartitionEvent {}

    /** Offsets that had not been read are no longer at the broker. */
    record LostAtBroker(Partition partition, long offsets) implements PartitionEvent {}

    /** Nothing more is read from it until a person acts. */
    record Stopped(Partition partition, String reason) implements PartitionEvent {}
}

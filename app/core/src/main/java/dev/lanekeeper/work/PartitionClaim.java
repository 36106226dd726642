package dev.lanekeeper.work;

/**
 * A consumer's right to store records of a partition; a higher generation, taken by another consumer, ends it, and so does a
 * database that has forgotten what the consumer has stored.
 *
 * @param generation drawn when the partition was assigned
 * @param reached up to which offset this consumer knows the partition to be stored; a database that is behind it has lost a
 *     commit in a failover, and the records are to be read again
 */
public record PartitionClaim(String topic, int partition, long generation, long reached) {

    /** A claim that knows nothing of what is stored. */
    public PartitionClaim(String topic, int partition, long generation) {
        this(topic, partition, generation, 0);
    }

    public PartitionClaim reaching(long offset) {
        return new PartitionClaim(topic, partition, generation, offset);
    }
}

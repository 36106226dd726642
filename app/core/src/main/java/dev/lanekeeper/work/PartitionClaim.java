package dev.lanekeeper.work;

/**
 * A consumer's right to store records of a partition; a higher generation, taken by another consumer, ends it.
 *
 * @param generation drawn when the partition was assigned
 */
public record PartitionClaim(String topic, int partition, long generation) {}

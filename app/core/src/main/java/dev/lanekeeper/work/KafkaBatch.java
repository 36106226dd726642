package dev.lanekeeper.work;

import java.util.List;

/**
 * What one flush stores: records of one handler, in offset order within each partition.
 *
 * @param handlerId the handler's number in the database
 * @param slot keeps the tally rows of concurrent writers of a node apart; one per consumer thread
 */
public record KafkaBatch(int handlerId, String laneGroup, int slot, List<PartitionClaim> claims, List<NewItem> items) {}

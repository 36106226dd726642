package dev.lanekeeper.work;

import java.util.List;

/**
 * What one flush stores: records of one handler, in offset order within each partition.
 *
 * @param handlerId the handler's number in the database
 * @param slot keeps the tally rows of concurrent writers of a node apart; one per consumer thread, from {@link
 *     #FIRST_SLOT}
 */
public record KafkaBatch(int handlerId, String laneGroup, int slot, List<PartitionClaim> claims, List<NewItem> items) {

    /** Slots below belong to workers. */
    public static final int FIRST_SLOT = 1_000;

    KafkaBatch with(List<NewItem> others) {
        return new KafkaBatch(handlerId, laneGroup, slot, claims, others);
    }
}

package dev.lanekeeper.work;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a flush did.
 *
 * @param stored items that are now in the corridor
 * @param duplicates records that had been stored before, by offset or by identity
 * @param refused records that the database refused and that were stored as failures instead
 * @param fenced partitions that another consumer has taken over: their records were left out, their offsets must not be
 *     committed, their buffers are to be dropped
 */
public record StoredBatch(int stored, int duplicates, int refused, List<PartitionClaim> fenced) {

    StoredBatch and(StoredBatch next) {
        return new StoredBatch(
                stored + next.stored,
                duplicates + next.duplicates,
                refused + next.refused,
                Stream.concat(fenced.stream(), next.fenced.stream()).distinct().toList());
    }
}

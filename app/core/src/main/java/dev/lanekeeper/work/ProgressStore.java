package dev.lanekeeper.work;

import java.util.Comparator;
import java.util.List;

/** Writes {@code partition_progress}: how far a handler has stored each partition, and who may go on. */
public final class ProgressStore {

    static final Comparator<PartitionClaim> LOCK_ORDER =
            Comparator.comparing(PartitionClaim::topic).thenComparingInt(PartitionClaim::partition);

    private final Database database;

    public ProgressStore(Database database) {
        this.database = database;
    }

    /** A partition's row, locked until the transaction ends. */
    record Position(String topic, int partition, long generation, long nextOffset) {}

    /** How far a partition gets by this transaction, and how many records that were. */
    record Advance(String topic, int partition, long nextOffset, long consumed) {}

    /** Locks the rows of these partitions in one fixed order; in T1 only. */
    List<Position> lock(int handlerId, List<PartitionClaim> claims) {
        var sorted = claims.stream().sorted(LOCK_ORDER).toList();
        return database.sql("""
                        SELECT p.topic, p.partition, p.generation, p.next_offset
                          FROM unnest(?::text[], ?::int[]) WITH ORDINALITY AS k (topic, partition, place)
                         CROSS JOIN LATERAL (
                               SELECT topic, partition, generation, next_offset
                                 FROM lanekeeper.partition_progress
                                WHERE handler_id = ? AND topic = k.topic AND partition = k.partition
                                  FOR UPDATE) AS p
                         ORDER BY k.place
                        """)
                .param(sorted.stream().map(PartitionClaim::topic).toArray(String[]::new))
                .param(sorted.stream().mapToInt(PartitionClaim::partition).toArray())
                .param(handlerId)
                .query(Position.class)
                .list();
    }

    /** Moves the rows that this transaction has locked. */
    void advance(int handlerId, List<Advance> advances) {
        database.sql("""
                        UPDATE lanekeeper.partition_progress AS p
                           SET next_offset = greatest(p.next_offset, k.next_offset),
                               consumed = p.consumed + k.consumed,
                               updated_at = clock_timestamp()
                          FROM unnest(?::text[], ?::int[], ?::bigint[], ?::bigint[])
                               AS k (topic, partition, next_offset, consumed)
                         WHERE p.handler_id = ? AND p.topic = k.topic AND p.partition = k.partition
                        """)
                .param(advances.stream().map(Advance::topic).toArray(String[]::new))
                .param(advances.stream().mapToInt(Advance::partition).toArray())
                .param(advances.stream().mapToLong(Advance::nextOffset).toArray())
                .param(advances.stream().mapToLong(Advance::consumed).toArray())
                .param(handlerId)
                .update();
    }
}

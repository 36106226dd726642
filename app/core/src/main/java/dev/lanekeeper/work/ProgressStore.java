package dev.lanekeeper.work;

import dev.lanekeeper.work.Tally.Count;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes {@code partition_progress}: how far a handler has stored each partition, and who may go on. */
public final class ProgressStore {

    static final Comparator<PartitionClaim> LOCK_ORDER =
            Comparator.comparing(PartitionClaim::topic).thenComparingInt(PartitionClaim::partition);

    private final Database database;
    private final TallyStore tallies;

    public ProgressStore(Database database, Clock clock) {
        this.database = database;
        this.tallies = new TallyStore(database, clock);
    }

    /** A partition's row, locked until the transaction ends. */
    record Position(String topic, int partition, long generation, long nextOffset) {}

    /** How far a partition gets by this transaction, and how many records were consumed for it, known ones among them. */
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
                .query((row, n) -> new Position(row.getString(1), row.getInt(2), row.getLong(3), row.getLong(4)))
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

    /** A new generation of partitions for a consumer that was assigned them; how far each is follows from what Kafka says. */
    public List<PartitionStart> take(int handlerId, long nodeId, List<PartitionOffer> offers) {
        return database.inTransaction(() -> {
            var known = known(handlerId, offers);
            var starts = offers.stream()
                    .map(offer -> PartitionStart.of(offer, Objects.requireNonNull(known.get(offer.place()))))
                    .toList();
            write(handlerId, nodeId, offers, starts);
            countLost(handlerId, nodeId, starts);
            return starts;
        });
    }

    private void countLost(int handlerId, long nodeId, List<PartitionStart> starts) {
        var lost = starts.stream().mapToLong(PartitionStart::lost).sum();
        if (lost > 0) {
            tallies.add(nodeId, TallyStore.PEOPLE, List.of(new Tally(handlerId).add(Count.LOST_AT_BROKER, lost)));
        }
    }

    /** What the database knows of a partition before it is taken. */
    record Known(
            UUID topicId,
            long generation,
            long nextOffset,
            @Nullable String stoppedReason) {}

    private record KnownRow(
            String topic,
            int partition,
            UUID topicId,
            long generation,
            long nextOffset,
            @Nullable String stoppedReason) {}

    /** Rows that are missing are inserted first, so that two consumers cannot both insert and both believe to own it. */
    private Map<Place, Known> known(int handlerId, List<PartitionOffer> offers) {
        var sorted = offers.stream()
                .sorted(Comparator.comparing((PartitionOffer o) -> o.place().topic())
                        .thenComparingInt(o -> o.place().partition()))
                .toList();
        insertMissing(handlerId, sorted);
        return database
                .sql("""
                        SELECT p.topic, p.partition, p.topic_id, p.generation, p.next_offset, p.stopped_reason
                          FROM unnest(?::text[], ?::int[]) WITH ORDINALITY AS k (topic, partition, place)
                         CROSS JOIN LATERAL (
                               SELECT topic, partition, topic_id, generation, next_offset, stopped_reason
                                 FROM lanekeeper.partition_progress
                                WHERE handler_id = ? AND topic = k.topic AND partition = k.partition
                                  FOR UPDATE) AS p
                         ORDER BY k.place
                        """)
                .param(sorted.stream().map(o -> o.place().topic()).toArray(String[]::new))
                .param(sorted.stream().mapToInt(o -> o.place().partition()).toArray())
                .param(handlerId)
                .query(KnownRow.class)
                .list()
                .stream()
                .collect(Collectors.toMap(
                        r -> new Place(r.topic(), r.partition()),
                        r -> new Known(r.topicId(), r.generation(), r.nextOffset(), r.stoppedReason())));
    }

    private void insertMissing(int handlerId, List<PartitionOffer> sorted) {
        database.sql("""
                        INSERT INTO lanekeeper.partition_progress (
                               handler_id, topic, partition, topic_id, generation, next_offset)
                        SELECT ?, k.topic, k.partition, k.topic_id, 0, k.next_offset
                          FROM unnest(?::text[], ?::int[], ?::uuid[], ?::bigint[])
                               AS k (topic, partition, topic_id, next_offset)
                            ON CONFLICT (topic, partition, handler_id) DO NOTHING
                        """)
                .param(handlerId)
                .param(sorted.stream().map(o -> o.place().topic()).toArray(String[]::new))
                .param(sorted.stream().mapToInt(o -> o.place().partition()).toArray())
                .param(sorted.stream().map(PartitionOffer::topicId).toArray(UUID[]::new))
                .param(sorted.stream().mapToLong(PartitionOffer::firstStart).toArray())
                .update();
    }

    private void write(int handlerId, long nodeId, List<PartitionOffer> offers, List<PartitionStart> starts) {
        database.sql("""
                        UPDATE lanekeeper.partition_progress AS p
                           SET generation = k.generation,
                               next_offset = k.next_offset,
                               lost_at_broker = p.lost_at_broker + k.lost,
                               topic_id = CASE WHEN k.stopped_reason IS NULL THEN k.topic_id ELSE p.topic_id END,
                               stopped_reason = k.stopped_reason,
                               assigned_node = ?,
                               updated_at = clock_timestamp()
                          FROM unnest(?::text[], ?::int[], ?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[], ?::text[])
                               AS k (topic, partition, topic_id, generation, next_offset, lost, stopped_reason)
                         WHERE p.handler_id = ? AND p.topic = k.topic AND p.partition = k.partition
                        """)
                .param(nodeId)
                .param(starts.stream().map(s -> s.claim().topic()).toArray(String[]::new))
                .param(starts.stream().mapToInt(s -> s.claim().partition()).toArray())
                .param(offers.stream().map(PartitionOffer::topicId).toArray(UUID[]::new))
                .param(starts.stream().mapToLong(s -> s.claim().generation()).toArray())
                .param(starts.stream().mapToLong(PartitionStart::nextOffset).toArray())
                .param(starts.stream().mapToLong(PartitionStart::lost).toArray())
                .param(starts.stream().map(PartitionStart::stoppedReason).toArray(String[]::new))
                .param(handlerId)
                .update();
    }

    /** A partition of a topic. */
    public record Place(String topic, int partition) {}

    /**
     * Sets by hand where a partition goes on, also one that was stopped. The consumer that has it is fenced, notices it
     * and reads from there.
     *
     * @return whether the handler has such a partition
     */
    public boolean reset(int handlerId, String topic, int partition, long nextOffset) {
        return database.sql("""
                                UPDATE lanekeeper.partition_progress
                                   SET generation = generation + 1,
                                       next_offset = ?,
                                       topic_id = CASE WHEN stopped_reason IS NULL THEN topic_id ELSE ?::uuid END,
                                       stopped_reason = NULL,
                                       updated_at = clock_timestamp()
                                 WHERE handler_id = ? AND topic = ? AND partition = ?
                                """)
                        .param(nextOffset)
                        .param(PartitionStart.ANY_TOPIC_ID)
                        .param(handlerId)
                        .param(topic)
                        .param(partition)
                        .update()
                == 1;
    }

    /** Stops a partition until it is reset; whoever has it is fenced. */
    public boolean stop(int handlerId, String topic, int partition, String reason) {
        return database.sql("""
                                UPDATE lanekeeper.partition_progress
                                   SET generation = generation + 1,
                                       stopped_reason = ?,
                                       updated_at = clock_timestamp()
                                 WHERE handler_id = ? AND topic = ? AND partition = ?
                                """)
                        .param(reason)
                        .param(handlerId)
                        .param(topic)
                        .param(partition)
                        .update()
                == 1;
    }

    private record Generation(String topic, int partition, long generation) {}

    /** The current generation of each partition of a handler; a consumer whose own is lower was taken over or reset. */
    public Map<Place, Long> generations(int handlerId) {
        return database.sql("""
                        SELECT topic, partition, generation
                          FROM lanekeeper.partition_progress
                         WHERE handler_id = ?
                        """).param(handlerId).query(Generation.class).list().stream()
                .collect(Collectors.toMap(g -> new Place(g.topic(), g.partition()), Generation::generation));
    }
}

package dev.lanekeeper.work;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Writes {@code unique_conflict}: how often others met a holder, by reason; under the locks of their keys, and for what was refused
 * in the run with its results.
 */
public final class ConflictStore {

    /** Who has the lock where others come first, or another application has it. */
    private static final long NOBODY = 0;

    private static final Comparator<Counted> ORDER = Comparator.comparing(Counted::digest)
            .thenComparing(Counted::holderId)
            .thenComparing(Counted::reason);

    private final Database database;

    public ConflictStore(Database database) {
        this.database = database;
    }

    /** Whoever takes a holder's place takes over what was counted for it, so that many that replace each other are one row. */
    void inherit(UUID digest, long holderId, long successor) {
        database.sql("UPDATE lanekeeper.unique_conflict SET holder_id = ? WHERE digest = ? AND holder_id = ?")
                .param(successor)
                .param(digest)
                .param(holderId)
                .update();
    }

    /**
     * One that met another with the same key, or was refused a lock.
     *
     * @param holderId to which it lost, or itself when it has won
     */
    record Loss(UUID digest, String key, int handlerId, long holderId, ConflictReason reason) {

        static Loss of(UniqueClaim claim, int handlerId, long holderId, ConflictReason reason) {
            return new Loss(claim.digest(), claim.key(), handlerId, holderId, reason);
        }

        static Loss of(LockRefusal refusal) {
            var holder = refusal.holder();
            return new Loss(
                    refusal.lock().digest(),
                    refusal.lock().name(),
                    refusal.handlerId(),
                    holder == null ? NOBODY : holder,
                    refusal.reason());
        }

        private Counted counted() {
            return new Counted(digest, holderId, reason);
        }
    }

    /** Counts conflicts, in one order, since runs hold no lock of the keys. */
    void count(List<Loss> losses, Instant now) {
        var numbers = losses.stream()
                .collect(Collectors.groupingBy(Loss::counted, () -> new TreeMap<>(ORDER), Collectors.toList()))
                .entrySet()
                .stream()
                .toList();
        if (numbers.isEmpty()) {
            return;
        }
        database.sql("""
                        INSERT INTO lanekeeper.unique_conflict AS c (
                               digest, holder_id, reason, handler_id, unique_key, number, first_at, last_at)
                        SELECT k.digest, k.holder_id, k.reason, k.handler_id, k.unique_key, k.number, t.at, t.at
                          FROM (SELECT ?::timestamptz AS at) AS t
                         CROSS JOIN unnest(?::uuid[], ?::bigint[], ?::smallint[], ?::int[], ?::text[], ?::bigint[])
                               AS k (digest, holder_id, reason, handler_id, unique_key, number)
                            ON CONFLICT (digest, holder_id, reason) DO UPDATE
                           SET number = c.number + excluded.number, last_at = excluded.last_at
                        """)
                .param(Database.timestamp(now))
                .param(Database.uuids(
                        numbers.stream().map(e -> e.getKey().digest()).toList()))
                .param(numbers.stream().mapToLong(e -> e.getKey().holderId()).toArray())
                .param(numbers.stream()
                        .map(e -> (short) e.getKey().reason().code())
                        .toArray(Short[]::new))
                .param(numbers.stream()
                        .mapToInt(e -> e.getValue().get(0).handlerId())
                        .toArray())
                .param(numbers.stream()
                        .map(e -> Texts.safe(e.getValue().get(0).key()))
                        .toArray(String[]::new))
                .param(numbers.stream().mapToLong(e -> e.getValue().size()).toArray())
                .update();
    }

    private record Counted(UUID digest, long holderId, ConflictReason reason) {}

    /** Forgets those of long ago; tells how many rows it were. */
    public int forget(Instant before, int most) {
        return database.sql("""
                        DELETE FROM lanekeeper.unique_conflict
                         WHERE ctid = ANY (ARRAY(
                               SELECT ctid
                                 FROM lanekeeper.unique_conflict
                                WHERE last_at < ?
                                ORDER BY last_at
                                LIMIT ?
                                  FOR UPDATE SKIP LOCKED))
                        """).param(Database.timestamp(before)).param(most).update();
    }
}

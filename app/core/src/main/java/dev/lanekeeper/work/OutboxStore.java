package dev.lanekeeper.work;

import dev.lanekeeper.work.Seal.Sealed;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes {@code outbox_entry}; reads who takes entries. */
public final class OutboxStore {

    /** As the table's generated column has it. */
    public static final int SHARDS = 64;

    private final Database database;
    private final SealedEntries entries;

    public OutboxStore(Database database) {
        this.database = database;
        this.entries = new SealedEntries(database.seal());
    }

    /** An entry's id, and the shard that has to be moved for it. */
    public record Written(long entryId, int shard) {}

    /** Inserts an entry in the transaction that is bound to this thread; sealed, where entries are. */
    public Written insert(NewEntry entry) {
        return entries.seals(entry.context())
                ? insertUnderItsId(entries.seal(entry.row(nextId())), null)
                : insertAsItIs(entry);
    }

    private Written insertAsItIs(NewEntry entry) {
        return database.sql("""
                        INSERT INTO lanekeeper.outbox_entry (
                               context, event_name, causality_key, arguments, resource_class, resource_id, changeset,
                               destination_topic, headers)
                        VALUES (?, ?, ?, ?::json, ?, ?, ?::json, ?, ?::json)
                        RETURNING entry_id, shard
                        """)
                .param(entry.context())
                .param(entry.event())
                .param(entry.causalityKey())
                .param(entry.arguments())
                .param(entry.resourceClass())
                .param(entry.resourceId())
                .param(entry.changeset())
                .param(entry.topic())
                .param(entry.headers())
                .query((row, n) -> new Written(row.getLong(1), row.getInt(2)))
                .single();
    }

    /** What is sealed is bound to the entry's id, so that has to be known first. */
    private long nextId() {
        return database.sql("SELECT nextval(pg_get_serial_sequence('lanekeeper.outbox_entry', 'entry_id'))")
                .query(Long.class)
                .single();
    }

    /** Writes an entry once more that had been moved, under its old id; in the transaction that is bound to this thread. */
    public void insertAgain(OutboxRow entry) {
        insertUnderItsId(entries.seal(entry), entry.createdAt());
    }

    /** @param createdAt {@code null} for now */
    private Written insertUnderItsId(OutboxRow entry, @Nullable Instant createdAt) {
        return database.sql("""
                        INSERT INTO lanekeeper.outbox_entry (
                               entry_id, context, event_name, causality_key, arguments, resource_class, resource_id, changeset,
                               destination_topic, headers, key_id, sealed, created_at)
                        OVERRIDING SYSTEM VALUE
                        VALUES (?, ?, ?, ?, ?::json, ?, ?, ?::json, ?, ?::json, ?, ?, coalesce(?, clock_timestamp()))
                        RETURNING entry_id, shard
                        """)
                .param(entry.entryId())
                .param(entry.context())
                .param(entry.event())
                .param(entry.causalityKey())
                .param(entry.arguments())
                .param(entry.resourceClass())
                .param(entry.resourceId())
                .param(entry.changeset())
                .param(entry.topic())
                .param(entry.headers())
                .param(entry.keyId())
                .param(entry.sealed() == null ? null : entry.sealed().bytes())
                .param(createdAt == null ? null : Database.timestamp(createdAt))
                .query((row, n) -> new Written(row.getLong(1), row.getInt(2)))
                .single();
    }

    /** The shards in which entries can be seen; one look into the index for each. */
    public List<Integer> shardsWithEntries() {
        return database.withPinnedPlans(
                () -> database.sql("""
                        SELECT s.shard
                          FROM generate_series(0, 63) AS s (shard)
                         WHERE EXISTS (SELECT FROM lanekeeper.outbox_entry AS e WHERE e.shard = s.shard)
                        """).query(Integer.class).list());
    }

    /**
     * Those of these shards that nobody else moves, locked until the transaction ends, whose first statement this is. A statement
     * of its own: only what is read after it is as the mover before has left it.
     */
    List<Integer> guardAndLock(Collection<Integer> shards) {
        return database.guardLanes(
                """
                ARRAY(
                       SELECT k.shard
                         FROM unnest(?::int[]) AS k (shard)
                        WHERE pg_try_advisory_xact_lock(hashtext('lanekeeper.outbox_entry'), k.shard))
                """,
                shards.stream().mapToInt(Integer::intValue).toArray(),
                (row, place) -> List.of((Integer[]) row.getArray(place).getArray()));
    }

    /** How much is taken at once; of each shard at least one entry, whatever its size. */
    record Limits(int perShard, long bytesPerShard) {}

    /**
     * Entries in the order of their ids.
     *
     * @param subscribed what stands for those who take entries, as the same statement saw them: while it is the same, they are
     */
    record Taken(List<OutboxRow> entries, long subscribed) {}

    /** Takes the first entries of shards that this transaction has locked. */
    Taken take(Collection<Integer> shards, Limits limits) {
        var subscribed = new long[1];
        var entries = database
                .sql("""
                        DELETE FROM lanekeeper.outbox_entry
                         WHERE ctid = ANY (ARRAY(
                               SELECT e.ctid
                                 FROM unnest(?::smallint[]) AS k (shard)
                                CROSS JOIN LATERAL (
                                      SELECT o.ctid,
                                             sum(pg_column_size(o.arguments)::bigint + pg_column_size(o.changeset)
                                                 + coalesce(pg_column_size(o.sealed), 0)) OVER so_far AS bytes_so_far,
                                             row_number() OVER so_far AS number
                                        FROM (SELECT ctid, entry_id, arguments, changeset, sealed
                                                FROM lanekeeper.outbox_entry
                                               WHERE shard = k.shard
                                               ORDER BY shard, entry_id
                                               LIMIT ?) AS o
                                      WINDOW so_far AS (ORDER BY o.entry_id ROWS UNBOUNDED PRECEDING)) AS e
                                WHERE e.bytes_so_far <= ? OR e.number = 1))
                        RETURNING entry_id, shard, context, event_name, causality_key, arguments::text, resource_class,
                                  resource_id, changeset::text, destination_topic, headers::text, created_at, key_id, sealed,
                                  (SELECT hashtextextended(
                                              string_agg(s.xmin::text || ':' || h.xmin::text, ',' ORDER BY s.handler_id), 0)
                                     FROM lanekeeper.outbox_subscription AS s
                                     JOIN lanekeeper.handler AS h USING (handler_id))
                        """)
                .param(shards.stream().map(Integer::shortValue).toArray(Short[]::new))
                .param(limits.perShard())
                .param(limits.bytesPerShard())
                .query((row, n) -> {
                    subscribed[0] = row.getLong(15);
                    return entry(row);
                })
                .list()
                .stream()
                .sorted((a, b) -> Long.compare(a.entryId(), b.entryId()))
                .toList();
        return new Taken(entries, subscribed[0]);
    }

    private static OutboxRow entry(ResultSet row) throws SQLException {
        return new OutboxRow(
                row.getLong(1),
                row.getInt(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10),
                row.getString(11),
                row.getObject(12, OffsetDateTime.class).toInstant(),
                sealed(row));
    }

    private static @Nullable Sealed sealed(ResultSet row) throws SQLException {
        var bytes = row.getBytes(14);
        return bytes == null ? null : new Sealed(row.getLong(13), bytes);
    }

    /** All handlers that take entries, on whatever node. */
    public List<Subscription> subscriptions() {
        return database.sql("""
                        SELECT s.handler_id, h.name, h.lane_group, s.kind, s.context, s.events, s.ordered, s.position, s.resource,
                               s.unique_rule
                          FROM lanekeeper.outbox_subscription AS s
                          JOIN lanekeeper.handler AS h USING (handler_id)
                         ORDER BY s.position, s.handler_id
                        """)
                .query((row, n) -> new Subscription(
                        row.getInt(1),
                        row.getString(2),
                        row.getString(3),
                        Subscription.Kind.of(row.getInt(4)),
                        row.getString(5),
                        texts(row.getArray(6)),
                        row.getBoolean(7),
                        row.getInt(8),
                        row.getString(9),
                        row.getString(10) == null ? null : UniqueRule.read(row.getString(10))))
                .list();
    }

    private static @Nullable List<String> texts(@Nullable Array array) throws SQLException {
        return array == null ? null : List.of((String[]) array.getArray());
    }

    /** Whether any handler takes such an entry, or may when it is asked. */
    public boolean isTaken(String context, String event) {
        return database.sql("""
                        SELECT EXISTS (
                               SELECT
                                 FROM lanekeeper.outbox_subscription
                                WHERE kind IN (1, 2)
                                  AND (context IS NULL OR context = ?)
                                  AND (events IS NULL OR ? = ANY (events)))
                        """)
                .param(context)
                .param(event)
                .query(Boolean.class)
                .single();
    }
}

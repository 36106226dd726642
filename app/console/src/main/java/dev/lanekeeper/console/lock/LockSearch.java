package dev.lanekeeper.console.lock;

import dev.lanekeeper.console.item.BoundedSearch;
import dev.lanekeeper.console.item.CappedCount;
import dev.lanekeeper.work.ConflictReason;
import dev.lanekeeper.work.Database;
import dev.lanekeeper.work.LockPattern;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads who has which lock: those that decide what is stored, and those that decide what runs. */
public final class LockSearch {

    private static final int COUNTED = 10_000;
    private static final int HISTORY = 50;
    private static final int HOLDERS = 10;

    /** Rows whose holder is there; what holds nothing any more is shown to nobody. */
    private static final String ENQUEUE = """
                        SELECT 'enqueue' AS side, u.digest, u.holder_id AS number, u.unique_key AS name,
                               (ARRAY['until executing', 'until executed', 'until expired'])[u.lock] AS type, u.handler_id,
                               u.holder_id AS holder, s.job_id IS NOT NULL AS scheduled,
                               i.lane_id IS NULL AND s.job_id IS NULL AS gone, l.owner_node AS node, u.most,
                               u.taken_at AS since, u.expires_at AS expires, NULL::bigint AS token, 0::bigint AS waiters,
                               c.number AS conflicts, c.last_at AS last_conflict
                          FROM lanekeeper.unique_lock AS u
                          LEFT JOIN LATERAL (
                               SELECT lane_id FROM lanekeeper.lane_item WHERE item_id = u.holder_id LIMIT 1) AS i ON true
                          LEFT JOIN LATERAL (
                               SELECT owner_node FROM lanekeeper.lane WHERE lane_id = i.lane_id) AS l ON true
                          LEFT JOIN LATERAL (
                               SELECT job_id FROM lanekeeper.scheduled_job WHERE job_id = u.holder_id LIMIT 1) AS s ON true
                          LEFT JOIN LATERAL (
                               SELECT sum(number)::bigint AS number, max(last_at) AS last_at
                                 FROM lanekeeper.unique_conflict
                                WHERE digest = u.digest AND holder_id = u.holder_id) AS c ON true
                         WHERE u.released_at IS NULL
                           AND (u.expires_at IS NULL OR u.expires_at > ?)
                           AND (u.lock = 3 OR i.lane_id IS NOT NULL OR s.job_id IS NOT NULL)
                           AND u.unique_key LIKE ? AND (u.unique_key, u.digest, u.holder_id) > (?, ?, ?)""";

    private static final String RUN = """
                        SELECT 'run' AS side, r.digest, r.token AS number, r.name,
                               CASE WHEN r.expires_at IS NULL THEN 'while executing' ELSE 'start of a rate' END AS type,
                               r.handler_id, r.item_id AS holder, false AS scheduled,
                               r.expires_at IS NOT NULL AND l.lane_id IS NULL AS gone, r.node_id AS node, r.most,
                               r.taken_at AS since, r.expires_at AS expires, r.token, w.number AS waiters, c.number AS conflicts,
                               c.last_at AS last_conflict
                          FROM lanekeeper.run_lock AS r
                          LEFT JOIN LATERAL (
                               SELECT lane_id
                                 FROM lanekeeper.lane
                                WHERE lane_id = r.lane_id AND epoch = r.epoch AND owner_run IS NOT NULL) AS l ON true
                          LEFT JOIN LATERAL (
                               SELECT count(*) AS number
                                 FROM (SELECT FROM lanekeeper.lock_waiter WHERE digest = r.digest LIMIT 1000) AS first) AS w ON true
                          LEFT JOIN LATERAL (
                               SELECT sum(number)::bigint AS number, max(last_at) AS last_at
                                 FROM lanekeeper.unique_conflict
                                WHERE digest = r.digest AND holder_id = r.item_id) AS c ON true
                         WHERE CASE WHEN r.expires_at IS NULL THEN l.lane_id IS NOT NULL ELSE r.expires_at > ? END
                           AND r.name LIKE ? AND (r.name, r.digest, r.token) > (?, ?, ?)""";

    private static final String ROWS = """
                        SELECT k.*, h.name AS handler
                          FROM ((%s
                                 ORDER BY u.unique_key, u.digest, u.holder_id
                                 LIMIT ?)
                                UNION ALL
                                (%s
                                 ORDER BY r.name, r.digest, r.token
                                 LIMIT ?)) AS k
                          LEFT JOIN LATERAL (
                               SELECT name FROM lanekeeper.handler WHERE handler_id = k.handler_id) AS h ON true
                         ORDER BY k.name, k.digest, k.number
                         LIMIT ?
                        """.formatted(ENQUEUE, RUN);

    private static final LockPlace BEGINNING = new LockPlace("", new UUID(0, 0), Long.MIN_VALUE);

    private final Database database;
    private final BoundedSearch search;

    public LockSearch(Database database) {
        this.database = database;
        this.search = new BoundedSearch(database);
    }

    /** A page of locks, and where the next one begins. */
    public record LockPage(List<LockRow> rows, @Nullable LockPlace next) {}

    /** In the order of their names; from behind {@code after} on. */
    public LockPage page(LockPattern pattern, @Nullable LockPlace after, int limit) {
        var rows = rows(pattern.like(), after == null ? BEGINNING : after, limit + 1);
        if (rows.size() <= limit) {
            return new LockPage(rows, null);
        }
        var last = rows.get(limit - 1);
        return new LockPage(rows.subList(0, limit), new LockPlace(last.name(), last.digest(), last.number()));
    }

    private List<LockRow> rows(String like, LockPlace after, int most) {
        var now = Database.timestamp(database.now());
        return search.read(() -> search.sql(ROWS)
                .param(now)
                .param(like)
                .param(after.name())
                .param(after.digest())
                .param(after.number())
                .param(most)
                .param(now)
                .param(like)
                .param(after.name())
                .param(after.digest())
                .param(after.number())
                .param(most)
                .param(most)
                .query(LockSearch::row)
                .list());
    }

    /** How many there are. */
    public CappedCount count(LockPattern pattern) {
        return CappedCount.of(rows(pattern.like(), BEGINNING, COUNTED + 1).size(), COUNTED);
    }

    /** Whether starts that count for a rate are among them. */
    public boolean hasStarts(LockPattern pattern) {
        return search.read(
                () -> search.sql("SELECT EXISTS (SELECT FROM lanekeeper.run_lock WHERE expires_at > ? AND name LIKE ?)")
                        .param(Database.timestamp(database.now()))
                        .param(pattern.like())
                        .query(Boolean.class)
                        .single());
    }

    /** Empty when nobody has it any more. */
    public Optional<LockRow> find(String side, UUID digest, long number) {
        return nameOf(side, digest, number).stream()
                .flatMap(name -> rows("%", new LockPlace(name, digest, number - 1), 2).stream())
                .filter(row -> row.side().equals(side) && row.digest().equals(digest) && row.number() == number)
                .findFirst();
    }

    /**
     * A lock that is known, whether or not somebody has it.
     *
     * @param holders the first of those who have it now
     */
    public record Key(UUID digest, String name, List<LockRow> holders) {}

    /** Empty when nobody has it, and nothing is known of what happened to it. */
    public Optional<Key> key(UUID digest) {
        return nameOf(digest)
                .map(name -> new Key(
                        digest,
                        name,
                        rows("%", new LockPlace(name, digest, Long.MIN_VALUE), HOLDERS).stream()
                                .filter(row -> row.digest().equals(digest))
                                .toList()));
    }

    private Optional<String> nameOf(UUID digest) {
        return search.read(() -> search.sql("""
                        (SELECT name FROM lanekeeper.run_lock WHERE digest = ? LIMIT 1)
                        UNION ALL
                        (SELECT unique_key FROM lanekeeper.unique_lock WHERE digest = ? LIMIT 1)
                        UNION ALL
                        (SELECT unique_key FROM lanekeeper.unique_conflict WHERE digest = ? LIMIT 1)
                        UNION ALL
                        (SELECT substr(target, length('lock:') + 1)
                           FROM lanekeeper.operation
                          WHERE digest = ?
                          ORDER BY operation_id DESC
                          LIMIT 1)
                         LIMIT 1
                        """)
                .param(digest)
                .param(digest)
                .param(digest)
                .param(digest)
                .query(String.class)
                .optional());
    }

    private Optional<String> nameOf(String side, UUID digest, long number) {
        return search.read(() -> search.sql(
                        side.equals("run")
                                ? "SELECT name FROM lanekeeper.run_lock WHERE digest = ? AND token = ?"
                                : "SELECT unique_key FROM lanekeeper.unique_lock WHERE digest = ? AND holder_id = ?")
                .param(digest)
                .param(number)
                .query(String.class)
                .optional());
    }

    private static LockRow row(ResultSet row, int number) throws SQLException {
        var expires = row.getObject("expires", OffsetDateTime.class);
        var lastConflict = row.getObject("last_conflict", OffsetDateTime.class);
        return new LockRow(
                row.getString("side"),
                row.getObject("digest", UUID.class),
                row.getLong("number"),
                row.getString("name"),
                row.getString("type"),
                row.getString("handler"),
                row.getLong("holder"),
                row.getBoolean("scheduled"),
                row.getBoolean("gone"),
                row.getObject("node", Long.class),
                row.getInt("most"),
                row.getObject("since", OffsetDateTime.class).toInstant(),
                expires == null ? null : expires.toInstant(),
                row.getObject("token", Long.class),
                row.getLong("waiters"),
                row.getLong("conflicts"),
                lastConflict == null ? null : lastConflict.toInstant());
    }

    /**
     * Something that happened to a key.
     *
     * @param what in one word: a reason of {@link ConflictReason}, or {@code released}
     * @param job to whom others lost, or who has taken the place of others; {@code null} when a person did it, and when
     *     nobody is known who had the lock
     * @param number how often
     * @param operator who did it; {@code null} for no person
     */
    public record Happening(
            String what,
            @Nullable Long job,
            long number,
            Instant first,
            Instant last,
            @Nullable String operator,
            @Nullable String reason) {}

    /** The last fifty things that happened to a key, the last one first. */
    public List<Happening> history(UUID digest, String name) {
        return search.read(() -> search.sql("""
                        (SELECT reason, nullif(holder_id, 0) AS holder_id, number, first_at, last_at, NULL AS operator, NULL AS why
                           FROM lanekeeper.unique_conflict
                          WHERE digest = ?
                          ORDER BY last_at DESC
                          LIMIT ?)
                        UNION ALL
                        (SELECT NULL, NULL, 1, done_at, done_at, operator, reason
                           FROM lanekeeper.operation
                          WHERE target = ?
                          ORDER BY target DESC, operation_id DESC
                          LIMIT ?)
                         ORDER BY 5 DESC
                         LIMIT ?
                        """)
                .param(digest)
                .param(HISTORY)
                .param("lock:" + name)
                .param(HISTORY)
                .param(HISTORY)
                .query(LockSearch::happening)
                .list());
    }

    /**
     * To whom an item lost its lock.
     *
     * @param scheduled whether it has become no item yet
     */
    public record Winner(long id, boolean scheduled) {}

    /** To whom an item lost its lock, as it is by now; empty when it lost none. */
    public Optional<Winner> winnerOver(long itemId) {
        return search.read(
                () -> search.sql("""
                        SELECT coalesce(i.item_id, w.lost_to) AS id, s.job_id IS NOT NULL AS scheduled
                          FROM lanekeeper.work_item AS w
                          LEFT JOIN LATERAL (
                               SELECT max(item_id) AS item_id
                                 FROM lanekeeper.work_item
                                WHERE scheduled_id = w.lost_to) AS i ON true
                          LEFT JOIN lanekeeper.scheduled_job AS s ON s.job_id = w.lost_to
                         WHERE w.item_id = ? AND w.lost_to IS NOT NULL
                        """).param(itemId).query(Winner.class).optional());
    }

    /** The last fifty events that are kept and lost their lock to an item, when they came or when they were to run. */
    public List<Long> losers(long itemId) {
        return search.read(() ->
                search.sql("""
                        SELECT item_id
                          FROM lanekeeper.work_item
                         WHERE lost_to = ?
                         ORDER BY item_id DESC
                         LIMIT ?
                        """).param(itemId).param(HISTORY).query(Long.class).list());
    }

    /** What was counted of those that lost to an item, or that it has replaced. */
    public List<Happening> lostTo(long holder) {
        return search.read(() -> search.sql("""
                        SELECT reason, holder_id, number, first_at, last_at, NULL AS operator, NULL AS why
                          FROM lanekeeper.unique_conflict
                         WHERE holder_id = ?
                         ORDER BY last_at DESC
                         LIMIT ?
                        """)
                .param(holder)
                .param(HISTORY)
                .query(LockSearch::happening)
                .list());
    }

    private static Happening happening(ResultSet row, int number) throws SQLException {
        var reason = row.getObject("reason", Integer.class);
        return new Happening(
                reason == null
                        ? "released"
                        : ConflictReason.of(reason)
                                .name()
                                .toLowerCase(Locale.ROOT)
                                .replace('_', ' '),
                row.getObject("holder_id", Long.class),
                row.getLong("number"),
                row.getObject("first_at", OffsetDateTime.class).toInstant(),
                row.getObject("last_at", OffsetDateTime.class).toInstant(),
                row.getString("operator"),
                row.getString("why"));
    }
}

package dev.lanekeeper.promise;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is written down about one scenario: by those who enqueued, by the handlers, and by Lanekeeper. */
final class FleetBooks {

    private final LockScenario scenario;
    private final List<Call> calls;
    private final List<Visit> visits;
    private final List<Item> items;
    private final Map<Long, List<Visit>> visitsByItem;
    private final Map<Long, List<Item>> itemsByNumber;
    private final Map<Long, String> keys = new HashMap<>();
    private final Map<Long, Instant> startedById = new HashMap<>();
    private final Map<Long, Instant> releases;
    private final List<Instant> deaths;

    private FleetBooks(LockScenario scenario, JdbcClient jdbc) {
        this.scenario = scenario;
        this.calls = calls(scenario, jdbc);
        this.visits = visits(scenario, jdbc);
        this.items = items(scenario, jdbc);
        this.releases = releases(scenario, jdbc);
        this.deaths = jdbc.sql("SELECT at FROM gone")
                .query((row, number) -> instant(row, "at"))
                .list();
        this.visitsByItem = visits.stream().collect(Collectors.groupingBy(Visit::item));
        this.itemsByNumber = items.stream().collect(Collectors.groupingBy(Item::n));
        items.forEach(i -> {
            keys.put(i.id(), i.key());
            if (i.started() != null) {
                startedById.put(i.id(), i.started());
            }
            if (i.scheduledId() != null) {
                keys.put(i.scheduledId(), i.key());
            }
        });
    }

    /** @param of to which it lost, or whose place it has taken */
    record Call(
            long n,
            String key,
            boolean within,
            boolean last,
            boolean ofTheGone,
            @Nullable Instant calledAt,
            @Nullable Instant answeredAt,
            @Nullable String answer,
            @Nullable Long id,
            @Nullable Long of) {

        boolean was(String... answers) {
            return answer != null && List.of(answers).contains(answer);
        }

        Instant called() {
            return Objects.requireNonNull(calledAt);
        }

        /** When it was stored at the latest; the end of time where nobody was told. */
        Instant answered() {
            return answeredAt == null || was("Submitted") ? Instant.MAX : answeredAt;
        }
    }

    /**
     * A call of a handler.
     *
     * @param left when it was left; when its process was killed or frozen in it, at that time
     * @param ofTheGone whether its process was killed or frozen in it, or some time after it: the result may not be recorded
     */
    record Visit(
            String key,
            String other,
            long n,
            long item,
            long token,
            Instant entered,
            @Nullable Instant left,
            boolean ofTheGone) {

        Instant over() {
            return Objects.requireNonNullElse(left, Instant.MAX);
        }
    }

    /**
     * @param state {@code null} while it is unfinished
     * @param started when its last attempt began, just before others could be enqueued; {@code null} if there was none
     */
    record Item(
            long id,
            long n,
            String key,
            @Nullable String state,
            @Nullable Long lostTo,
            @Nullable Long scheduledId,
            @Nullable Long entryId,
            String reason,
            @Nullable Instant started,
            long failures) {}

    static FleetBooks of(LockScenario scenario, JdbcClient jdbc) {
        return new FleetBooks(scenario, jdbc);
    }

    LockScenario scenario() {
        return scenario;
    }

    List<Call> calls() {
        return calls;
    }

    List<Visit> visits() {
        return visits;
    }

    List<Item> items() {
        return items;
    }

    List<Item> itemsOf(long n) {
        return itemsByNumber.getOrDefault(n, List.of());
    }

    private static List<Call> calls(LockScenario scenario, JdbcClient jdbc) {
        return jdbc.sql("""
                        SELECT c.*, EXISTS (SELECT FROM gone AS g WHERE g.pid = c.pid) AS of_the_gone
                          FROM call AS c
                         WHERE c.scenario = ?
                         ORDER BY c.n
                        """)
                .param(scenario.id())
                .query((row, number) -> new Call(
                        row.getLong("n"),
                        row.getString("key"),
                        row.getBoolean("within"),
                        row.getBoolean("last"),
                        row.getBoolean("of_the_gone"),
                        instant(row, "called_at"),
                        instant(row, "answered_at"),
                        row.getString("answer"),
                        row.getObject("id", Long.class),
                        row.getObject("of_id", Long.class)))
                .list();
    }

    /** What a process that was killed had sent may have been written a moment later. */
    private static List<Visit> visits(LockScenario scenario, JdbcClient jdbc) {
        return jdbc.sql("""
                        SELECT v.*, g.at IS NOT NULL AS of_the_gone, greatest(least(v.left_at, g.at), v.entered_at) AS over_at
                          FROM visit AS v
                          LEFT JOIN gone AS g ON g.pid = v.pid AND v.entered_at <= g.at + interval '1 second'
                         WHERE v.scenario = ?
                         ORDER BY v.entered_at, v.id
                        """)
                .param(scenario.id())
                .query((row, number) -> new Visit(
                        row.getString("key"),
                        row.getString("other"),
                        row.getLong("n"),
                        row.getLong("item"),
                        row.getLong("token"),
                        Objects.requireNonNull(instant(row, "entered_at")),
                        row.getObject("left_at") == null && !row.getBoolean("of_the_gone")
                                ? null
                                : instant(row, "over_at"),
                        row.getBoolean("of_the_gone")))
                .list();
    }

    private static List<Item> items(LockScenario scenario, JdbcClient jdbc) {
        return jdbc.sql("""
                        SELECT i.item_id, p.payload ->> 'n' AS n, p.payload ->> 'key' AS key, i.lost_to, i.scheduled_id,
                               i.entry_id, coalesce(o.reason, '') AS reason, o.started_at,
                               CASE o.state WHEN 1 THEN 'DONE' WHEN 2 THEN 'FAILED' WHEN 3 THEN 'REJECTED' WHEN 4 THEN 'DISCARDED'
                                            WHEN 5 THEN 'SKIPPED' END AS state,
                               (SELECT count(*) FROM lanekeeper.attempt AS a WHERE a.item_id = i.item_id) AS failures
                          FROM lanekeeper.work_item AS i
                          JOIN lanekeeper.handler AS h ON h.handler_id = i.handler_id
                         CROSS JOIN LATERAL (SELECT convert_from(i.payload, 'UTF8')::jsonb AS payload) AS p
                          LEFT JOIN lanekeeper.outcome AS o ON o.item_id = i.item_id
                         WHERE h.name = ?
                         ORDER BY i.item_id
                        """)
                .param(scenario.id())
                .query((row, number) -> new Item(
                        row.getLong("item_id"),
                        row.getLong("n"),
                        row.getString("key"),
                        row.getString("state"),
                        row.getObject("lost_to", Long.class),
                        row.getObject("scheduled_id", Long.class),
                        row.getObject("entry_id", Long.class),
                        row.getString("reason"),
                        instant(row, "started_at"),
                        row.getLong("failures")))
                .list();
    }

    private static Map<Long, Instant> releases(LockScenario scenario, JdbcClient jdbc) {
        return jdbc
                .sql("""
                        SELECT r.item, min(r.at) AS at
                          FROM released AS r
                          JOIN lanekeeper.work_item AS i ON i.item_id = r.item
                          JOIN lanekeeper.handler AS h ON h.handler_id = i.handler_id
                         WHERE h.name = ?
                         GROUP BY r.item
                        """)
                .param(scenario.id())
                .query((row, number) -> Map.entry(row.getLong("item"), Objects.requireNonNull(instant(row, "at"))))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    List<Visit> visitsOf(long item) {
        return visitsByItem.getOrDefault(item, List.of());
    }

    /** When the item that was stored under this id was begun first; long ago if it was not, or nobody knows. */
    Instant begun(long id) {
        var started = startedById.get(id);
        var visits = visitsOf(id);
        if (started == null || visits.isEmpty()) {
            return Instant.EPOCH;
        }
        var entered = visits.get(0).entered();
        var begun = started.isBefore(entered) ? started : entered;
        return begunByTheDead(id, begun).orElse(begun);
    }

    /** A process that dies after it has let others in, but before its handler has written anything, begins all the same. */
    private Optional<Instant> begunByTheDead(long id, Instant begun) {
        return Optional.ofNullable(releases.get(id))
                .filter(released -> deaths.stream().anyMatch(d -> d.isAfter(released) && d.isBefore(begun)));
    }

    /** The first visit of each item, in their order. */
    List<Visit> firstVisits() {
        var first = new LinkedHashMap<Long, Visit>();
        visits.forEach(v -> first.putIfAbsent(v.item(), v));
        return List.copyOf(first.values());
    }

    Map<String, List<Visit>> firstVisitsByKey() {
        return firstVisits().stream().collect(Collectors.groupingBy(Visit::key));
    }

    /** Whether there is, or was, an item or a scheduled job of this id with this key. */
    boolean knows(long id, String key) {
        return key.equals(keys.get(id));
    }
}

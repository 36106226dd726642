package dev.lanekeeper.work;

import dev.lanekeeper.work.UniqueStore.Holder;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes the times of scheduled jobs that keep the pace of a key, and of their locks with them. Each transaction has locked the
 * keys before, and takes the jobs before the locks.
 */
final class ThrottleStore {

    private static final int PAGE = 1_000;

    private static final String JOBS = """
                        SELECT j.job_id, j.throttle_digest, j.due_at, u.expires_at, u.most
                          FROM unnest(?::uuid[]) WITH ORDINALITY AS k (digest, place)
                         CROSS JOIN LATERAL (
                               SELECT job_id, throttle_digest, due_at
                                 FROM lanekeeper.scheduled_job
                                WHERE throttle_digest = k.digest
                                  AND (due_at, job_id) > (?::timestamptz, ?::bigint)
                                  AND due_at <= ?
                                ORDER BY throttle_digest, due_at, job_id
                                LIMIT ?::bigint) AS j
                          LEFT JOIN lanekeeper.unique_lock AS u ON u.digest = j.throttle_digest AND u.holder_id = j.job_id
                         ORDER BY k.place, j.due_at, j.job_id
                        """;

    private final Database database;

    ThrottleStore(Database database) {
        this.database = database;
    }

    /**
     * One that has begun, or is to begin.
     *
     * @param beginsAt {@code null} when it has begun
     * @param inTurn whether those that come to run at once are stored behind it
     */
    record Slot(Holder holder, @Nullable Instant beginsAt, boolean inTurn) {}

    /**
     * Those that somebody who comes now may meet: of those that wait for their turn the last and whoever is planned after it, and
     * as many as may begin of those for whom the timer is late, as if they began now.
     */
    List<Slot> slots(UUID digest, int limit, Instant now) {
        return database.sql("""
                        SELECT u.digest, u.holder_id, u.handler_id, s.due_at, u.expires_at, coalesce(s.in_turn, false) AS in_turn
                          FROM lanekeeper.unique_lock AS u
                          LEFT JOIN LATERAL (
                               SELECT due_at, in_turn, throttle_digest
                                 FROM lanekeeper.scheduled_job
                                WHERE job_id = u.holder_id
                                LIMIT 1) AS s ON true
                         WHERE u.digest = ?
                           AND u.expires_at > greatest(?::timestamptz, (
                               SELECT due_at
                                 FROM lanekeeper.scheduled_job
                                WHERE throttle_digest = ? AND in_turn
                                ORDER BY throttle_digest DESC, due_at DESC
                                LIMIT 1))
                           AND (s.throttle_digest IS NULL OR s.due_at > ?)
                         UNION ALL
                        SELECT u.digest, u.holder_id, u.handler_id, ?::timestamptz, ?::timestamptz + (u.expires_at - l.due_at),
                               l.in_turn
                          FROM (SELECT job_id, due_at, in_turn
                                  FROM lanekeeper.scheduled_job
                                 WHERE throttle_digest = ? AND due_at <= ?
                                 ORDER BY throttle_digest, due_at, job_id
                                 LIMIT ?) AS l
                          JOIN lanekeeper.unique_lock AS u ON u.digest = ? AND u.holder_id = l.job_id
                         ORDER BY 5, 2
                        """)
                .param(digest)
                .param(Database.timestamp(now))
                .param(digest)
                .param(Database.timestamp(now))
                .param(Database.timestamp(now))
                .param(Database.timestamp(now))
                .param(digest)
                .param(Database.timestamp(now))
                .param(limit)
                .param(digest)
                .query(ThrottleStore::slot)
                .list();
    }

    private static Slot slot(ResultSet row, int number) throws SQLException {
        var beginsAt = time(row, "due_at");
        var holder = new Holder(
                row.getObject("digest", UUID.class),
                row.getLong("holder_id"),
                row.getInt("handler_id"),
                beginsAt != null,
                null,
                false,
                time(row, "expires_at"));
        return new Slot(holder, beginsAt, row.getBoolean("in_turn"));
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    /** The keys of those that are due; locks nothing, since the keys come before the jobs. */
    List<UUID> due(Instant now, int most) {
        return database.sql("""
                        SELECT DISTINCT throttle_digest
                          FROM (SELECT throttle_digest
                                  FROM lanekeeper.scheduled_job
                                 WHERE due_at <= ? AND throttle_digest IS NOT NULL
                                 ORDER BY due_at, job_id
                                 LIMIT ?) AS due
                        """)
                .param(Database.timestamp(now))
                .param(most)
                .query(UUID.class)
                .list();
    }

    /** A scheduled job; its own time to live and limit count, and none if a person has taken its lock away. */
    private record Job(
            long id, UUID digest, Instant dueAt, @Nullable Duration ttl, int limit) {}

    /** A job that waits on, as long as nobody has changed its time meanwhile. */
    private record Move(Job job, Instant dueAt) {}

    /** What becomes of the jobs of all keys. */
    private record Plan(Instant now, int most, List<Job> begun, List<Move> moved) {}

    /**
     * Lets those that are due and may begin now count from now on, and puts the others off until they may, with those that are to
     * come after them; so a key's jobs keep their order.
     *
     * @param most how many begin at most; whoever might begin beside them stays due
     * @return who begins
     */
    List<Long> begin(Collection<UUID> digests, Instant now, int most) {
        lockDue(digests, now);
        var due = new LinkedHashMap<UUID, List<Job>>();
        jobs(digests, new Place(Instant.EPOCH, 0), now, null)
                .forEach(j ->
                        due.computeIfAbsent(j.digest(), d -> new ArrayList<>()).add(j));
        var paces = paces(due, now);
        var plan = new Plan(now, most, new ArrayList<>(), new ArrayList<>());
        due.forEach((digest, jobs) -> {
            var pace = Objects.requireNonNull(paces.get(digest));
            var last = begin(jobs, pace, plan);
            if (last != null) {
                putOffBehind(digest, last, pace, plan);
            }
        });
        move(plan.moved());
        countFromNow(plan);
        return plan.begun().stream().map(Job::id).toList();
    }

    private void lockDue(Collection<UUID> digests, Instant now) {
        database.sql("""
                        SELECT job_id
                          FROM lanekeeper.scheduled_job
                         WHERE throttle_digest = ANY (?::uuid[]) AND due_at <= ?
                         ORDER BY job_id
                           FOR UPDATE
                        """)
                .param(Database.uuids(digests))
                .param(Database.timestamp(now))
                .query((row, n) -> n)
                .list();
    }

    /** After which job a list goes on. */
    private record Place(Instant dueAt, long jobId) {}

    private List<Job> jobs(Collection<UUID> digests, Place after, Instant until, @Nullable Integer most) {
        return database.sql(JOBS)
                .param(Database.uuids(digests))
                .param(Database.timestamp(after.dueAt()))
                .param(after.jobId())
                .param(Database.timestamp(until))
                .param(most)
                .query((row, n) -> {
                    var dueAt = Objects.requireNonNull(time(row, "due_at"));
                    var expiresAt = time(row, "expires_at");
                    return new Job(
                            row.getLong("job_id"),
                            row.getObject("throttle_digest", UUID.class),
                            dueAt,
                            expiresAt == null ? null : Duration.between(dueAt, later(dueAt, expiresAt)),
                            row.getInt("most"));
                })
                .list();
    }

    private static Instant later(Instant one, @Nullable Instant other) {
        return other != null && other.isAfter(one) ? other : one;
    }

    /** What those that have begun leave to these; whatever ends later than one that begins now belongs to somebody scheduled. */
    private Map<UUID, Pace> paces(Map<UUID, List<Job>> due, Instant now) {
        var paces = new HashMap<UUID, Pace>();
        due.keySet().forEach(digest -> paces.put(digest, new Pace(List.of())));
        var longest = due.values().stream()
                .map(jobs -> jobs.stream()
                        .map(Job::ttl)
                        .filter(Objects::nonNull)
                        .max(Comparator.naturalOrder())
                        .orElse(Duration.ZERO))
                .mapToLong(ttl -> Database.micros(now.plus(ttl)))
                .toArray();
        database.sql("""
                        SELECT u.digest, u.expires_at
                          FROM unnest(?::uuid[], ?::bigint[]) AS k (digest, until)
                         CROSS JOIN LATERAL (
                               SELECT digest, holder_id, expires_at
                                 FROM lanekeeper.unique_lock
                                WHERE digest = k.digest
                                  AND expires_at > ?
                                  AND expires_at <= 'epoch'::timestamptz + k.until * interval '1 microsecond'
                               OFFSET 0) AS u
                          LEFT JOIN LATERAL (
                               SELECT job_id
                                 FROM lanekeeper.scheduled_job
                                WHERE job_id = u.holder_id
                                LIMIT 1) AS s ON true
                         WHERE s.job_id IS NULL
                        """)
                .param(Database.uuids(due.keySet()))
                .param(longest)
                .param(Database.timestamp(now))
                .query(row -> {
                    var pace = paces.get(row.getObject("digest", UUID.class));
                    Objects.requireNonNull(pace).add(Objects.requireNonNull(time(row, "expires_at")));
                });
        return paces;
    }

    /** @return when the last of those is due that wait on; {@code null} when none does */
    private static @Nullable Instant begin(List<Job> due, Pace pace, Plan plan) {
        Instant last = null;
        for (var job : due) {
            var at = later(pace.next(job.limit()), last);
            var begins = job.ttl() == null || !at.isAfter(plan.now());
            if (begins && plan.begun().size() == plan.most()) {
                return last;
            }
            if (begins) {
                plan.begun().add(job);
            } else {
                plan.moved().add(new Move(job, at));
                last = at;
            }
            if (job.ttl() != null) {
                pace.add(later(plan.now(), at).plus(job.ttl()));
            }
        }
        return last;
    }

    private void putOffBehind(UUID digest, Instant before, Pace pace, Plan plan) {
        var last = before;
        var place = new Place(plan.now(), Long.MAX_VALUE);
        var page = jobs(List.of(digest), place, last, PAGE);
        while (!page.isEmpty()) {
            for (var job : page) {
                last = later(later(job.dueAt(), pace.next(job.limit())), last);
                if (last.isAfter(job.dueAt())) {
                    plan.moved().add(new Move(job, last));
                }
                if (job.ttl() != null) {
                    pace.add(last.plus(job.ttl()));
                }
                place = new Place(job.dueAt(), job.id());
            }
            page = jobs(List.of(digest), place, last, PAGE);
        }
    }

    private void move(List<Move> moves) {
        if (moves.isEmpty()) {
            return;
        }
        database.sql("""
                        WITH moved AS (
                             UPDATE lanekeeper.scheduled_job AS j
                                SET due_at = 'epoch'::timestamptz + k.due_at * interval '1 microsecond'
                               FROM unnest(?::bigint[], ?::bigint[], ?::bigint[]) AS k (job_id, was_due_at, due_at)
                              WHERE j.job_id = k.job_id
                                AND j.due_at = 'epoch'::timestamptz + k.was_due_at * interval '1 microsecond'
                             RETURNING j.job_id, k.due_at - k.was_due_at AS later)
                        UPDATE lanekeeper.unique_lock AS u
                           SET expires_at = u.expires_at + m.later * interval '1 microsecond'
                          FROM moved AS m
                         WHERE u.holder_id = m.job_id
                        """)
                .param(moves.stream().mapToLong(m -> m.job().id()).toArray())
                .param(moves.stream()
                        .mapToLong(m -> Database.micros(m.job().dueAt()))
                        .toArray())
                .param(moves.stream().mapToLong(m -> Database.micros(m.dueAt())).toArray())
                .update();
    }

    private void countFromNow(Plan plan) {
        var counted = plan.begun().stream().filter(j -> j.ttl() != null).toList();
        if (counted.isEmpty()) {
            return;
        }
        database.sql("""
                        UPDATE lanekeeper.unique_lock AS u
                           SET expires_at = 'epoch'::timestamptz + k.expires_at * interval '1 microsecond'
                          FROM unnest(?::bigint[], ?::bigint[]) AS k (job_id, expires_at)
                         WHERE u.holder_id = k.job_id
                        """)
                .param(counted.stream().mapToLong(Job::id).toArray())
                .param(counted.stream()
                        .mapToLong(j -> Database.micros(plan.now().plus(Objects.requireNonNull(j.ttl()))))
                        .toArray())
                .update();
    }

    /** A job that is to be cancelled leaves its time to others; its row is locked before. */
    void leave(long jobId) {
        database.sql("""
                        DELETE FROM lanekeeper.unique_lock AS u
                         USING lanekeeper.scheduled_job AS j
                         WHERE j.job_id = ? AND u.digest = j.throttle_digest AND u.holder_id = j.job_id
                        """).param(jobId).update();
    }
}

package dev.lanekeeper.work;

import java.util.function.Supplier;

/** What a system of lanes and locks can get wrong, each in the product's own statement. */
enum WrongLock {
    /** Results are taken from whoever brings them. */
    NO_FENCE(
            1,
            () -> Rewriting.replacing(
                    "stop_requested, parked_at IS NOT NULL AS parked",
                    "owner_run = ? AND epoch = k.epoch",
                    "(owner_run = ? OR k.epoch IS NOT NULL)")),

    /** A run may come again under its id while its first try is frozen; here all that counts is that somebody owns the lane. */
    NO_FENCE_WHERE_LOCKS_ARE_TAKEN(
            10,
            () -> Rewriting.replacing(
                    "held.held, held.dead",
                    "l.epoch = ? AND l.owner_run = ?",
                    "l.epoch >= ? AND (l.owner_run = ? OR true)")),

    /** A process that begins again on the same host takes over the identity of the one before, which may be alive. */
    IDENTITY_BY_HOST_NAME(1, () -> new Rewriting("INSERT INTO lanekeeper.node", text -> """
            INSERT INTO lanekeeper.node (node_id, name, version, roles, workers, handlers)
            SELECT coalesce((SELECT min(n.node_id) FROM lanekeeper.node AS n WHERE n.name = k.name),
                            nextval('lanekeeper.node_incarnation')), k.*
              FROM (VALUES (?, ?, ?, ?::int, ?::int[])) AS k (name, version, roles, workers, handlers)
                ON CONFLICT (node_id) DO UPDATE SET handlers = excluded.handlers
            RETURNING node_id
            """)),

    /** A node lives as long as any process of its host does. */
    LIFE_BY_HOST_NAME(1, () -> Rewriting.replacing("DELETE FROM lanekeeper.node\n", "AND node_id <> ?", """
            AND node_id <> ?
                                  AND NOT EXISTS (SELECT FROM lanekeeper.node AS n
                                                   WHERE n.name = node.name AND n.renewed_at > clock_timestamp() - interval '5 s')
            """)),

    /** A lane is taken from its owner when it has been due for long, whether or not he lives. */
    RESCUE_BY_AGE(
            1,
            () -> new Rewriting(
                    "SELECT l.lane_id, l.epoch\n",
                    text -> text.substring(0, text.indexOf("AND NOT EXISTS"))
                            + "AND l.due_at < clock_timestamp() - interval '10 s'")),

    /** What is freed is freed for all who have it. */
    RELEASE_BY_A_STRANGER_WITH_THE_SAME_LOCK(
            1,
            () -> Rewriting.replacing(
                    "WHERE r.lane_id = k.lane_id AND r.epoch = k.epoch AND r.expires_at IS NULL",
                    "r.lane_id = k.lane_id AND r.epoch = k.epoch",
                    """
            r.digest IN (SELECT m.digest
                                          FROM lanekeeper.run_lock AS m
                                         WHERE m.lane_id = k.lane_id AND m.epoch = k.epoch)
            """)),

    /** Who has owned the lane before frees what its owner of today has taken. */
    RELEASE_BY_A_STRANGER_WITH_THE_SAME_LANE(
            22,
            () -> Rewriting.replacing(
                    "WHERE r.lane_id = k.lane_id AND r.epoch = k.epoch AND r.expires_at IS NULL",
                    "r.epoch = k.epoch",
                    "k.epoch IS NOT NULL")),

    /** A person wants to take a lock from one, and takes it from all. */
    RELEASE_WITHOUT_A_TOKEN(
            5,
            () -> Rewriting.replacing(
                    "USING unnest(?::uuid[], ?::bigint[]) AS k (digest, token)", "AND r.token = k.token", "")),

    ONE_TOO_MANY(
            1,
            () -> Rewriting.replacing(
                    "count(*) FILTER (WHERE r.counts) AS held,",
                    "count(*) FILTER (WHERE r.counts) AS held",
                    "greatest(0, count(*) FILTER (WHERE r.counts) - 1) AS held")),

    /** A start under a rate counts for less than its period. */
    START_IS_FORGOTTEN(
            3,
            () -> Rewriting.replacing(
                    "CASE WHEN o.expires_at IS NOT NULL THEN o.expires_at > ?",
                    "THEN o.expires_at > ?",
                    "THEN o.expires_at > ?::timestamptz + interval '2 s'")),

    /** What a node had that has died is held for ever. */
    LOCK_WITHOUT_A_LANE_COUNTS(
            5,
            () -> Rewriting.replacing(
                    "CASE WHEN o.expires_at IS NOT NULL THEN o.expires_at > ?",
                    "WHERE l.lane_id = o.lane_id AND l.epoch = o.epoch",
                    "WHERE true OR l.lane_id = o.lane_id AND l.epoch = o.epoch")),

    /** A lane that has a new owner still has what the one before had taken. */
    LOCK_OF_AN_EARLIER_EPOCH_COUNTS(
            9,
            () -> Rewriting.replacing(
                    "CASE WHEN o.expires_at IS NOT NULL THEN o.expires_at > ?", "AND l.epoch = o.epoch", "")),

    WHO_COMES_LAST_GOES_FIRST(
            1,
            () -> Rewriting.replacing(
                    "SELECT count(*) AS ahead",
                    "AND w.ticket < coalesce",
                    "AND w.item_id = -1 AND w.ticket < coalesce")),

    PLACE_IS_LOST_WHEN_ASKING_AGAIN(
            3,
            () -> new Rewriting(
                    "first.since, first.due_before, k.woken_at",
                    text -> text.replace(
                                    "coalesce(min(m.ticket), nextval('lanekeeper.lane_epoch'))",
                                    "nextval('lanekeeper.lane_epoch')")
                            .replace(
                                    "SET woken_at = excluded.woken_at",
                                    "SET woken_at = excluded.woken_at, ticket = excluded.ticket"))),

    /** One who was woken and does not come keeps all others waiting. */
    WAITER_IS_NEVER_PASSED_OVER(
            1,
            () -> Rewriting.replacing(
                    "SELECT count(*) AS ahead",
                    "AND coalesce(w.woken_at, i.due_at) > ?",
                    "AND (coalesce(w.woken_at, i.due_at) > ? OR true)")),

    /** One whose lane waits for a person keeps all others waiting. */
    WAITER_IN_A_PARKED_LANE_COUNTS(
            42, () -> Rewriting.replacing("SELECT count(*) AS ahead", "AND l.parked_at IS NULL", "")),

    NOBODY_IS_WOKEN(
            1, () -> Rewriting.replacing("WHERE w.woken_at IS NULL\n", "WHERE w.woken_at IS NULL", "WHERE false")),

    /** The one who came last is woken, who has to let the others go first. */
    THE_WRONG_ONE_IS_WOKEN(
            1,
            () -> Rewriting.replacing(
                    "SELECT v.item_id, i.lane_id, v.woken_at", "ORDER BY v.ticket", "ORDER BY v.ticket DESC")),

    /** Rows are swept up because they are old. */
    SWEEP_BY_AGE(
            3,
            () -> new Rewriting(
                    "DELETE FROM lanekeeper.run_lock\n",
                    text -> text.replace(
                            "ELSE NOT EXISTS (",
                            "ELSE r.taken_at < clock_timestamp() - interval '3 s' OR NOT EXISTS (")));

    private final int seed;

    @SuppressWarnings("ImmutableEnumChecker") // it makes a new one each time
    private final Supplier<Rewriting> form;

    /** @param seed with which it is soon noticed */
    WrongLock(int seed, Supplier<Rewriting> form) {
        this.seed = seed;
        this.form = form;
    }

    int seed() {
        return seed;
    }

    Rewriting form() {
        return form.get();
    }
}

package dev.lanekeeper.work;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * What became of the lanes of a T2.
 *
 * @param kept lanes that the run goes on with; all others are no longer its own
 * @param lost lanes that somebody else owns by now: their results were dropped
 * @param blocked lanes that wait for a due time
 * @param missing items that no longer waited in their lane, so that their results were dropped: they had been recorded before.
 *     A transaction that holds effects of theirs must not commit
 * @param ready how many lanes were given back that anybody may claim now
 * @param unlocked the keys that are free now since the items that had locked them have ended, by these items
 */
public record Recorded(
        Set<UUID> kept,
        Set<UUID> lost,
        Set<Long> missing,
        List<Blocked> blocked,
        int ready,
        Map<Long, String> unlocked) {

    /** When no item has ended. */
    public Recorded(Set<UUID> kept, Set<UUID> lost, Set<Long> missing, List<Blocked> blocked, int ready) {
        this(kept, lost, missing, blocked, ready, Map.of());
    }

    /** The same, and so many more lanes that anybody may claim now. */
    Recorded wokenToo(int woken) {
        return woken == 0 ? this : new Recorded(kept, lost, missing, blocked, ready + woken, unlocked);
    }

    /** A lane that was given back and is not due yet. */
    public record Blocked(UUID laneId, Instant dueAt) {}
}

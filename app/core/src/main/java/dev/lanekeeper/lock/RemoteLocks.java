package dev.lanekeeper.lock;

import dev.lanekeeper.work.LockNeed;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Locks that are shared with other applications, taken besides those of the database. A holder is an epoch: one ownership of a
 * lane by a run.
 *
 * <p>Called by runs on workers' threads; never throws because the other side is away.
 */
public interface RemoteLocks {

    /** For applications that share no locks with others. */
    RemoteLocks NONE = new NoRemoteLocks();

    /** What became of a request. */
    sealed interface Answer {

        /**
         * The holder has them all.
         *
         * @param token higher than that of every earlier holder of any of them, here or in other applications
         */
        record Taken(long token) implements Answer {}

        /**
         * It was given none.
         *
         * @param needs those that somebody else has
         * @param elsewhere those of them that another application has; the database gives this application's own turns, and has given
         *     this one, so that the others are on their way to be freed
         * @param comesIn when it makes sense to ask again, unless it is told before
         */
        record Busy(List<LockNeed> needs, Set<LockNeed> elsewhere, Duration comesIn) implements Answer {}

        /** Nobody can be asked, or the answer makes no sense; and without an answer nothing is to run. */
        record Away(Duration comesIn) implements Answer {}

        /** Nobody can be asked, and work goes on without. */
        record Without() implements Answer {}
    }

    /**
     * Takes all of these that the holder does not have yet, or none of them.
     *
     * @param token the least that the fencing token is to be
     */
    Answer take(long holder, long token, List<LockNeed> needs);

    /**
     * Those of these holders that have lost a lock: nothing of what they did may be recorded. A lock that is simply gone, and
     * that nobody has taken since, is taken again.
     */
    Set<Long> lost(Collection<Long> holders);

    /** Frees what these have but for the resource of their lane. */
    void freeNamed(Collection<Long> holders);

    /** Frees all that these have. */
    void free(Collection<Long> holders);

    /** Frees what anybody else has, seen twice: nobody remembers it. Called by one thread, twice a second. */
    void keepOnly(Set<Long> holders);

    /** Tells when a lock of this name may be free, as long as somebody waits for it here. */
    void await(String name);

    /**
     * Who in other applications has locks of these names, as far as it can be found out; for people who look.
     *
     * <p>In no transaction, as an answer is waited for.
     */
    Map<String, Owner> owners(Collection<String> names);

    /**
     * Who has a lock.
     *
     * @param id as it stands there
     * @param expires when the lock is free unless it is renewed; {@code null} for never
     */
    record Owner(String id, @Nullable Instant expires) {

        private static final Pattern OF_LANEKEEPER = Pattern.compile("([0-9a-f-]{36}):[0-9a-f-]{36}:\\d+:\\d+");

        /** The application, as {@code lanekeeper.application} has its id; {@code null} for a program without Lanekeeper. */
        public @Nullable String application() {
            var parts = OF_LANEKEEPER.matcher(id);
            return parts.matches() ? parts.group(1) : null;
        }
    }

    /** Whether there is anything to ask. */
    default boolean isUsed() {
        return true;
    }

    /** How it stands. */
    Status status();

    /**
     * How it stands.
     *
     * @param awaySince {@code null} while it answers
     * @param held how many locks this process holds
     * @param lost how often a lock was found to be somebody else's
     * @param retaken how often a lock was gone and was taken again
     * @param unasked how often nobody could be asked
     */
    record Status(@Nullable Instant awaySince, int held, long lost, long retaken, long unasked) {}

    /** Stops renewing; what is held then expires by itself, since a handler may still run under it. */
    void close();
}

package dev.lanekeeper.work;

import dev.lanekeeper.work.OperationStore.Operation;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * That somebody wants one job: under a key by which it is done once however often it is asked for, and with a line that says who
 * wanted it. All of it is written in the transaction that stores the job.
 *
 * <p>For one call, on one thread.
 */
public final class JobRequest {

    private final JobRequestStore requests;
    private final OperationStore operations;
    private final Clock clock;
    private final Wish wish;
    private boolean raises;
    private boolean repeated;

    /**
     * What is wanted.
     *
     * @param key {@code null} for a job that is stored each time
     * @param content the same for the same wish
     * @param by the person's name, or the program's
     */
    public record Wish(
            int handlerId,
            String handler,
            @Nullable String key,
            UUID content,
            String by,
            @Nullable String reason) {}

    public JobRequest(Database database, Clock clock, Wish wish) {
        this.requests = new JobRequestStore(database);
        this.operations = new OperationStore(database);
        this.clock = clock;
        this.wish = wish;
    }

    /** The key was used before, for something else. */
    public static final class KeyTakenException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        KeyTakenException(String key, String handler) {
            super("The idempotency key '" + key + "' was used before for another job of '" + handler
                    + "'; use a new key for each job, and the same only to repeat a request");
        }
    }

    /**
     * What came of it before.
     *
     * @param raised whether another had its lock, and that was an error for whoever asked
     */
    public record Before(StoredJob answer, boolean raised) {}

    /**
     * The answer of before if that is committed, so that nothing need be asked or computed once more; whether the next one is the first
     * is decided by the transaction that stores it.
     */
    public Optional<Before> before() {
        var key = wish.key();
        return key == null
                ? Optional.empty()
                : requests.find(wish, key).map(this::same).map(b -> new Before(b.answer(), b.raised()));
    }

    /** From now on a lock that another has is an error. */
    public void raise() {
        raises = true;
    }

    /**
     * The answer of before, or that of the step, which then is kept.
     *
     * <p>Before anything else is locked: of two that ask at the same time one waits here for the other.
     */
    StoredJob answer(Supplier<StoredJob> step) {
        repeated = false;
        var key = wish.key();
        if (key == null) {
            return done(step.get());
        }
        var before = requests.begin(wish, key, clock.instant());
        if (before == null) {
            var stored = done(step.get());
            requests.answer(wish, key, stored, raises && isLost(stored));
            return stored;
        }
        repeated = true;
        return same(before).answer();
    }

    private static boolean isLost(StoredJob stored) {
        return stored instanceof StoredJob.Duplicate || stored instanceof StoredJob.GaveUp;
    }

    private JobRequestStore.Before same(JobRequestStore.Before before) {
        if (!before.content().equals(wish.content())) {
            throw new KeyTakenException(String.valueOf(wish.key()), wish.handler());
        }
        return before;
    }

    private StoredJob done(StoredJob stored) {
        var result = stored.getClass().getSimpleName().toUpperCase(java.util.Locale.ROOT);
        operations.write(new Operation(wish.by(), "enqueue", target(stored), wish.reason(), result));
        return stored;
    }

    private String target(StoredJob stored) {
        if (stored instanceof StoredJob.Stored kept) {
            return (kept.scheduled() ? "job:" : "item:") + kept.id();
        }
        if (stored instanceof StoredJob.Replaced kept) {
            return (kept.scheduled() ? "job:" : "item:") + kept.id();
        }
        if (stored instanceof StoredJob.PutOff later) {
            return "job:" + later.id();
        }
        if (stored instanceof StoredJob.Recurs recurs) {
            return NewRecurring.target(wish.handler(), recurs.name());
        }
        return stored instanceof StoredJob.Rejected kept ? "item:" + kept.id() : "handler:" + wish.handler();
    }

    /** Whether the last answer was that of before. */
    public boolean isRepeated() {
        return repeated;
    }
}

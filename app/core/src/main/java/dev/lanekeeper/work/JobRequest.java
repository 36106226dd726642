package dev.lanekeeper.work;

import dev.lanekeeper.work.OperationStore.Operation;
import java.time.Clock;
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
            requests.answer(wish, key, stored);
            return stored;
        }
        if (!before.content().equals(wish.content())) {
            throw new KeyTakenException(key, wish.handler());
        }
        repeated = true;
        return before.answer();
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
        return stored instanceof StoredJob.Rejected kept ? "item:" + kept.id() : "handler:" + wish.handler();
    }

    /** Whether the last answer was that of before. */
    public boolean isRepeated() {
        return repeated;
    }
}

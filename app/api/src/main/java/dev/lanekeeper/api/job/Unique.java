package dev.lanekeeper.api.job;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Beside {@link LaneJob}: of jobs with the same key only one is there at a time.
 *
 * <pre>{@code
 * @LaneJob(id = "reindex")
 * @Unique(key = "shop", lock = Lock.UNTIL_EXECUTING)
 * void reindex(Shop shop) { ... }
 * }</pre>
 *
 * <p>The lock is taken in the transaction that stores the job and lost in the one that ends it, so that nothing - a crash, a
 * deletion, a retry by hand - leaves a lock without its job. A job whose lock has expired runs all the same.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface Unique {

    /** How long the lock is held. */
    Lock lock() default Lock.UNTIL_EXECUTED;

    /**
     * By what jobs are the same: a field of the payload, a JSON pointer, or {@code bean:name} for a
     * {@link dev.lanekeeper.api.ResourceResolver}; a job without it takes no lock. What {@link JobOptions#withUniqueKey} says
     * counts before it. Empty: the caller says it each time, or no lock is taken.
     */
    String key() default "";

    /**
     * After what time the lock is lost at the latest, counted from when the job is due first; must be given with
     * {@link Lock#UNTIL_EXPIRED}, and else is none by default. May hold {@code ${placeholders}}.
     */
    String ttl() default "";

    /** How many jobs of one key may be there, from 1. */
    int limit() default 1;

    /** Whether jobs of other handlers with this attribute are the same if they have the same key. */
    boolean acrossHandlers() default false;

    /** What becomes of a job that is one too many. */
    Conflict onConflict() default Conflict.LOG;

    /** How long a job holds its lock. */
    enum Lock {
        /** From when it is enqueued until its handler is called; an attempt that fails takes it again if nobody else has it. */
        UNTIL_EXECUTING,
        /** From when it is enqueued until it is finished: through all its retries, until it is done, failed for good or discarded. */
        UNTIL_EXECUTED,
        /** From when it is enqueued for {@link #ttl()}, whatever becomes of it. */
        UNTIL_EXPIRED
    }

    /** What becomes of a job that is one too many. */
    enum Conflict {
        /** It is dropped, counted and told of in the log; the answer says to which job it lost. */
        LOG,
        /** As {@link #LOG}, and whoever enqueued it outside a transaction gets a {@link DuplicateJobException}. */
        RAISE,
        /** It is kept as an item that was rejected. */
        REJECT,
        /** It takes the place of the job that has the lock, which is discarded, unless that is being worked on. */
        REPLACE
    }
}

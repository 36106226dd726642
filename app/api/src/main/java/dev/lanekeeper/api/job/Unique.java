package dev.lanekeeper.api.job;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Beside {@link LaneJob}, {@link dev.lanekeeper.api.KafkaEventHandler} or {@link dev.lanekeeper.api.outbox.OutboxEventHandler}: of
 * items - jobs, records, entries - with the same key only one is there at a time.
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

    /**
     * Whether jobs of other handlers with this attribute are the same if they have the same key. They share one lock, so all of them
     * have the same {@link #lock()}, {@link #limit()} and {@link #ttl()}, all or none of them throttle, and none updates.
     */
    boolean acrossHandlers() default false;

    /** What becomes of a job that is one too many when it is enqueued, or of a record or an entry when it is stored. */
    Conflict onConflict() default Conflict.CONFIGURED;

    /**
     * How long {@link Conflict#RESCHEDULE} and {@link RunConflict#RESCHEDULE} put a job off each time, by default 5 seconds, and how
     * long after the last of its kind {@link Conflict#DEBOUNCE} runs it, which has no default. May hold {@code ${placeholders}}.
     */
    String delay() default "";

    /** How often a job is put off before it is given up, from 1; 0 for the default: 25 when it is enqueued, 100 when it is to run. */
    int maxHops() default 0;

    /** The name of a {@link LockPolicy} bean, in place of {@link #lock()}, {@link #key()}, {@link #ttl()} and {@link #limit()}. */
    String policy() default "";

    /** The name of a {@link ConflictStrategy} bean, in place of {@link #onConflict()}. */
    String strategy() default "";

    /** What becomes of a job that cannot be given its lock when it is to run; of locks that are held while executing. */
    RunConflict onRunConflict() default RunConflict.CONFIGURED;

    /** The name of a {@link RunConflictStrategy} bean, in place of {@link #onRunConflict()}. */
    String runStrategy() default "";

    /**
     * How long a job waits for such a lock before {@link #onRunConflict} is decided; by default not at all, and with
     * {@link RunConflict#WAIT} as long as it takes. No worker is held meanwhile. May hold {@code ${placeholders}}.
     */
    String maxWait() default "";

    /** How long a job holds its lock. */
    enum Lock {
        /**
         * From when it is enqueued until its handler is called; an attempt that fails, or whose worker has died, takes it again if
         * nobody else has it.
         */
        UNTIL_EXECUTING,
        /** From when it is enqueued until it is finished: through all its retries, until it is done, failed for good or discarded. */
        UNTIL_EXECUTED,
        /** From when it is enqueued for {@link #ttl()}, whatever becomes of it. */
        UNTIL_EXPIRED,
        /** While its handler is called: any number of jobs may be enqueued, but only one of a key runs at a time. */
        WHILE_EXECUTING,
        /** {@link #UNTIL_EXECUTING} and then {@link #WHILE_EXECUTING}: two locks, the first of which decides what is enqueued. */
        UNTIL_AND_WHILE_EXECUTING;

        /** Whether it decides what is enqueued. */
        public boolean isHeldFromEnqueueing() {
            return this != WHILE_EXECUTING;
        }

        /** Whether it decides what runs. */
        public boolean isHeldInTheRun() {
            return this == WHILE_EXECUTING || this == UNTIL_AND_WHILE_EXECUTING;
        }
    }

    /** What becomes of a job that cannot be given its lock when it is to run; it has not been tried then. */
    enum RunConflict {
        /** What {@code lanekeeper.unique.on-run-conflict} says; {@link #WAIT} if that says nothing. */
        CONFIGURED,
        /** It waits, in its lane and without a worker; the one that has waited longest goes first. */
        WAIT,
        /** It is dropped: kept as an item that was discarded, with the job to which it lost, counted and told of in the log. */
        LOG,
        /** The attempt fails, which its retries count. */
        RAISE,
        /** It is kept as an item that was rejected. */
        REJECT,
        /** It comes again after {@link Unique#delay()}, {@link Unique#maxHops()} times at most, and then is rejected. */
        RESCHEDULE
    }

    /** What becomes of a job that is one too many. */
    enum Conflict {
        /** What {@code lanekeeper.unique.on-conflict} says; {@link #LOG} if that says nothing. */
        CONFIGURED,
        /** It is dropped, counted and told of in the log; the answer says to which job it lost. */
        LOG,
        /** As {@link #LOG}, and whoever enqueued it outside a transaction gets a {@link DuplicateJobException}; for jobs alone. */
        RAISE,
        /** It is kept as an item that was rejected. */
        REJECT,
        /** It takes the place of the job that has the lock, which is discarded, unless that is being worked on. */
        REPLACE,
        /** It comes again after {@link Unique#delay()}, and claims the lock then; {@link Unique#maxHops()} times at most. */
        RESCHEDULE,
        /**
         * The job that has the lock and waits takes its payload, and keeps its place and its time. One that a run has taken is left
         * alone, and the new one is stored beside it; so the lock must be one that ends when the handler is called.
         */
        UPDATE,
        /**
         * Jobs of a key run once, {@link Unique#delay()} after the last of them came: each takes the place of the one before. The
         * lock must be one that ends when the handler is called.
         */
        DEBOUNCE,
        /**
         * It waits for its turn: never more than {@link Unique#limit()} begin in {@link Unique#ttl()}, and none is lost. Of
         * {@link Lock#UNTIL_EXPIRED} alone.
         */
        THROTTLE
    }
}

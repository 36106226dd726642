package dev.lanekeeper.api.job;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a Spring bean that does jobs, which the application enqueues with {@link Jobs} or which recur.
 *
 * <pre>{@code
 * @LaneJob(id = "invoice", resource = "customerId")
 * void invoice(Order order, EventContext event) {
 *     invoices.write(order, event.itemId());
 * }
 * }</pre>
 *
 * <p>The method returns {@link dev.lanekeeper.api.Outcome} or nothing. Its parameters, in any order: at most one payload,
 * which what was enqueued is read as (a type that Jackson reads, {@code JsonNode}, {@code String} or {@code byte[]}; it must be
 * {@code @Nullable} or an {@code Optional} where jobs have none), {@link dev.lanekeeper.api.EventContext},
 * {@link dev.lanekeeper.api.RawEvent}, parameters annotated with {@code @Header} or {@code @Headers}.
 *
 * <p>Every attribute is text so that it may hold {@code ${placeholders}}; an empty one is not given. What the property
 * {@code lanekeeper.handlers.<id>.<attribute>} says counts before the attribute, and the attribute before
 * {@code lanekeeper.defaults.<attribute>}. May be used as a meta-annotation.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface LaneJob {

    /** Unique in the application and never empty: jobs are enqueued by it, and it is the key of their items and metrics. */
    String id() default "";

    /**
     * Which resource, and with it which lane, a job belongs to: a field of the payload ({@code customerId}), a JSON pointer
     * ({@code /order/customer/id}), {@code bean:name} for a {@link dev.lanekeeper.api.ResourceResolver}, or {@code @none}
     * (default) for no lock and no order. What {@link JobOptions#withResource} says counts before it.
     */
    String resource() default "";

    /**
     * When the job recurs by itself, without a payload: second, minute, hour, day, month and weekday, or {@code @daily} and the
     * like. A time at which the job of the time before is unfinished is left out; after an outage there is one job for all the
     * times that were missed.
     */
    String cron() default "";

    /**
     * The locks that an item needs while the handler runs, besides its lane; all of them or none: {@code "printer"} is one lock for
     * all, {@code "account(from)"} one for each key, where the key is written as a resource is, or {@code @resource};
     * {@code "printer*3"} lets three have it at once, {@code "crm*10/1s"} ten start in a second. One that is not given its locks
     * waits without a worker and uses up no attempt. By default none.
     */
    String[] locks() default {};

    /** The time zone of {@link #cron()}; by default {@code UTC}. */
    String zone() default "";

    /**
     * {@code true}: who enqueues a job outside any transaction does it at once, on its own thread, before the call returns; as a
     * worker would, with all that is promised of jobs. When its lane is not free, all workers of this process are busy or it has none, and
     * when it is enqueued by a handler, a worker does it as usual; so is every retry. By default {@code false}.
     */
    String inline() default "";

    /** A name under which several handlers share lanes and order; by default the id, which shares with nobody. */
    String lane() default "";

    /** How often a failed job is tried again: 0 runs it once; {@code unlimited} (default) never gives up. */
    String maxRetries() default "";

    /** The waiting time after the first failed attempt, doubled by each that follows; by default {@code 10s}. */
    String backoffMin() default "";

    /** The longest waiting time between two attempts; by default {@code 1h}. */
    String backoffMax() default "";

    /** {@code block} (default): the lane waits for a failed job; {@code overtake}: later jobs go on meanwhile. */
    String onFailure() default "";

    /** {@code continue} (default) or {@code park}: what the lane does when the retries of a job are used up. */
    String afterExhaustion() default "";

    /** After which an attempt is interrupted and counts as failed; by default {@code none}. */
    String timeout() default "";

    /** How many runs of this handler a node works on at once; by default a share of its workers. */
    String maxRuns() default "";

    /** {@code true} keeps a row of every skipped job; by default {@code false}: only a count. */
    String keepSkipped() default "";

    /**
     * For a {@code @Transactional} method: {@code true} (default) commits its effects and the record of its result in one
     * transaction; {@code false} leaves the transaction to the method, and the job may run more than once.
     */
    String exactlyOnce() default "";

    /** The name of a {@link dev.lanekeeper.api.RetryDecision} bean; by default the handler's own bean if it is one. */
    String retryDecision() default "";

    /** The name of an {@link dev.lanekeeper.api.EventDetails} bean; by default the handler's own bean if it is one. */
    String details() default "";
}

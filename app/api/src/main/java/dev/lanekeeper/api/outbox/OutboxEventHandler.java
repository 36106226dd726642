package dev.lanekeeper.api.outbox;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a Spring bean that processes outbox entries, in order per causality key.
 *
 * <pre>{@code
 * @OutboxEventHandler(context = "orders", event = "placed")
 * void invoice(OrderPlaced order, EventContext event) {
 *     invoices.write(order, event.itemId());
 * }
 * }</pre>
 *
 * <p>The method returns {@link dev.lanekeeper.api.Outcome} or nothing. Its parameters, in any order: at most one payload,
 * which the entry's arguments are read as (a type that Jackson reads, {@code JsonNode}, {@code String} or {@code byte[]}),
 * {@link OutboxEntry}, {@link dev.lanekeeper.api.EventContext}, {@link dev.lanekeeper.api.RawEvent}, parameters annotated
 * with {@code @Header} or {@code @Headers}. An entry that several handlers take becomes an item of each, so that the failure
 * of one repeats nothing of the others.
 *
 * <p>Every attribute is text so that it may hold {@code ${placeholders}}; an empty one is not given. What the property
 * {@code lanekeeper.handlers.<id>.<attribute>} says counts before the attribute, and the attribute before
 * {@code lanekeeper.defaults.<attribute>}. May be used as a meta-annotation.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface OutboxEventHandler {

    /**
     * Unique in the application: the key of the handler's items and metrics, so it should stay. By default the context and
     * the event with a dot between them; must be given where that is not one of each.
     */
    String id() default "";

    /** The context of the entries that it takes; by default every one. */
    String context() default "";

    /** The events that it takes; one element may hold several with commas between them. By default every one. */
    String[] event() default {};

    /** {@code true} (default): one entry of a causality key at a time, in order; {@code false}: no lock and no order. */
    String ordered() default "";

    /**
     * The locks that an item needs while the handler runs, besides its lane; all of them or none: {@code "printer"} is one lock for
     * all, {@code "account(from)"} one for each key, where the key is written as a resource is, or {@code @resource};
     * {@code "printer*3"} lets three have it at once, {@code "crm*10/1s"} ten start in a second. One that is not given its locks
     * waits without a worker and uses up no attempt. By default none.
     */
    String[] locks() default {};

    /** A name under which several handlers share lanes and order; by default the id, which shares with nobody. */
    String lane() default "";

    /** How often a failed entry is tried again: 0 runs it once; {@code unlimited} (default) never gives up. */
    String maxRetries() default "";

    /** The waiting time after the first failed attempt, doubled by each that follows; by default {@code 10s}. */
    String backoffMin() default "";

    /** The longest waiting time between two attempts; by default {@code 1h}. */
    String backoffMax() default "";

    /** {@code block} (default): the key waits for a failed entry; {@code overtake}: its later entries go on meanwhile. */
    String onFailure() default "";

    /** {@code continue} (default) or {@code park}: what the lane does when the retries of an entry are used up. */
    String afterExhaustion() default "";

    /** After which an attempt is interrupted and counts as failed; by default {@code none}. */
    String timeout() default "";

    /** How many runs of this handler a node works on at once; by default a share of its workers. */
    String maxRuns() default "";

    /** {@code true} keeps a row of every skipped entry; by default {@code false}: only a count. */
    String keepSkipped() default "";

    /**
     * For a {@code @Transactional} method: {@code true} (default) commits its effects and the record of its result in one
     * transaction; {@code false} leaves the transaction to the method, and the entry may run more than once.
     */
    String exactlyOnce() default "";

    /** The name of a {@link dev.lanekeeper.api.RetryDecision} bean; by default the handler's own bean if it is one. */
    String retryDecision() default "";

    /** The name of an {@link dev.lanekeeper.api.EventDetails} bean; by default the handler's own bean if it is one. */
    String details() default "";
}

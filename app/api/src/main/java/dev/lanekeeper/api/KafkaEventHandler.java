package dev.lanekeeper.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a Spring bean that handles the records of Kafka topics, each stored first, then run in its resource's
 * lane.
 *
 * <pre>{@code
 * @KafkaEventHandler(id = "orders", topics = "orders", resource = "customerId", maxRetries = "3")
 * Outcome on(OrderPlaced order, EventContext event) {
 *     return Outcome.ack(order.id(), order.placedAt(), "placed", "v1");
 * }
 * }</pre>
 *
 * <p>The method returns {@link Outcome} or nothing. Its parameters, in any order: at most one payload (a type that Jackson
 * reads, {@code JsonNode}, {@code String} or {@code byte[]}), {@link EventContext}, {@link RawEvent}, parameters annotated
 * with {@code @Header} or {@code @Headers}. A record without a value (a tombstone) needs a payload parameter that is
 * {@code @Nullable} or an {@code Optional}.
 *
 * <p>Every attribute is text so that it may hold {@code ${placeholders}}; an empty one is not given. What the property
 * {@code lanekeeper.handlers.<id>.<attribute>} says counts before the attribute, and the attribute before
 * {@code lanekeeper.defaults.<attribute>}. May be used as a meta-annotation.
 */
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface KafkaEventHandler {

    /**
     * Unique in the application and never empty: the key of the handler's offsets, items and metrics, and its name in addresses.
     * Letters, digits, spaces and any of {@code . _ - : @ + ~}.
     */
    String id() default "";

    /** The topics; one element may hold several names with commas between them. Either this or {@link #topicPattern()}. */
    String[] topics() default {};

    /** A regular expression for the names of the topics. */
    String topicPattern() default "";

    /** The Kafka consumer group; by default the id. The offsets of an existing group are taken over. */
    String groupId() default "";

    /** Consumers per instance of the application, from 1; by default 1. */
    String concurrency() default "";

    /** {@code false} leaves the intake stopped until somebody starts it; by default {@code true}. */
    String autoStartup() default "";

    /** Consumer properties, each {@code key=value}, that count before {@code spring.kafka.*}. */
    String[] properties() default {};

    /** {@code earliest} (default) or {@code latest}: where a handler begins that has no offset yet. */
    String startFrom() default "";

    /**
     * Which resource, and with it which lane, an event belongs to: a JSON field ({@code customerId}), a JSON pointer
     * ({@code /order/customer/id}), {@code @key} (default), {@code @header(name)}, {@code bean:name} for a
     * {@link ResourceResolver}, or {@code @none} for no lock and no order.
     */
    String resource() default "";

    /**
     * The locks that an item needs while the handler runs, besides its lane; all of them or none: {@code "printer"} is one lock for
     * all, {@code "account(from)"} one for each key, where the key is written as a resource is, or {@code @resource};
     * {@code "printer*3"} lets three have it at once, {@code "crm*10/1s"} ten start in a second. One that is not given its locks
     * waits without a worker and uses up no attempt. By default none.
     */
    String[] locks() default {};

    /** A name under which several handlers share lanes and order; by default the id, which shares with nobody. */
    String lane() default "";

    /**
     * When a second record is the same event: {@code record} (default: never), {@code payload}, {@code payload-and-key},
     * {@code header:name}, or {@code bean:name} for an {@link IdentityResolver}.
     */
    String dedup() default "";

    /** How often a failed event is tried again: 0 runs it once; {@code unlimited} (default) never gives up. */
    String maxRetries() default "";

    /** The waiting time after the first failed attempt, doubled by each that follows; by default {@code 1s}. */
    String backoffMin() default "";

    /** The longest waiting time between two attempts; by default {@code 60s}. */
    String backoffMax() default "";

    /** {@code block} (default): the lane waits for a failed event; {@code overtake}: later events go on meanwhile. */
    String onFailure() default "";

    /** {@code continue} (default) or {@code park}: what the lane does when the retries of an event are used up. */
    String afterExhaustion() default "";

    /** After which an attempt is interrupted and counts as failed; by default {@code none}. */
    String timeout() default "";

    /** How many runs of this handler a node works on at once; by default a share of its workers. */
    String maxRuns() default "";

    /** At how many waiting events the intake pauses; by default 200000. */
    String maxWaiting() default "";

    /** {@code true} keeps a row of every skipped event; by default {@code false}: only a count. */
    String keepSkipped() default "";

    /**
     * {@code true} stores records so that nobody can read them in the database: value, key, headers and resource key are
     * encrypted, and so is what failed attempts say; needs {@code lanekeeper.encryption.*}. By default {@code false}.
     */
    String encrypt() default "";

    /**
     * For a {@code @Transactional} method: {@code true} (default) commits its effects and the record of its result in one
     * transaction; {@code false} leaves the transaction to the method, and the event may run more than once.
     */
    String exactlyOnce() default "";

    /** The name of a {@link RetryDecision} bean; by default the handler's own bean if it is one. */
    String retryDecision() default "";

    /** The name of an {@link EventDetails} bean; by default the handler's own bean if it is one. */
    String details() default "";
}

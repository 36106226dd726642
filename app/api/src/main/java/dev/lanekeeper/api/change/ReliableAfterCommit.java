package dev.lanekeeper.api.change;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method of a bean that is called after a change of a resource was committed, at least once, across crashes and restarts:
 * one parameter of type {@link Change}, whose type argument says of which class, beside
 * {@link dev.lanekeeper.api.EventContext} and the like.
 *
 * <pre>{@code
 * @ReliableAfterCommit(on = ChangeType.UPDATED, condition = "changed('state')", unless = "current['state'] == 'DRAFT'")
 * void tellCustomer(Change<Order> change) { ... }
 * }</pre>
 *
 * <p>Every callback is an item of its own, retried by itself: one that fails repeats none that has succeeded. Callbacks of one
 * resource run one at a time: in the order of its changes, and for each change in that of the methods in their class. A
 * callback that fails holds up those behind it until it succeeds, unless {@code onFailure} or {@code lane} says otherwise.
 *
 * <p>{@code condition} and {@code unless} are expressions of Spring's expression language on the change, asked in the run:
 * {@code changed('state')}, {@code previous['state']}, {@code current['total'] > 100}, {@code type.name() == 'CREATED'}. The
 * method is called when the condition holds and {@code unless} does not; else the item is skipped. Every option not listed here
 * is as in {@link dev.lanekeeper.api.outbox.OutboxEventHandler}, and can be set by {@code lanekeeper.handlers.<id>.<option>}.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface ReliableAfterCommit {

    /** The handler's id; by default the simple names of class and method with a dot between. A released one must stay. */
    String id() default "";

    /** After which changes; by default all. */
    ChangeType[] on() default {ChangeType.CREATED, ChangeType.UPDATED, ChangeType.DELETED};

    /** What must hold; by default nothing. */
    String condition() default "";

    /** What must not hold; by default nothing. */
    String unless() default "";

    /** A name under which several handlers share lanes and order; by default all callbacks of the resource's class. */
    String lane() default "";

    /** How often a failed callback is tried again: 0 runs it once; {@code unlimited} (default) never gives up. */
    String maxRetries() default "";

    /** {@code block} (default): the resource's later callbacks wait; {@code overtake}: they go on meanwhile. */
    String onFailure() default "";

    /**
     * For a {@code @Transactional} method: {@code true} (default) commits its effects and the record of its result in one
     * transaction; {@code false} leaves the transaction to the method.
     */
    String exactlyOnce() default "";
}

package dev.lanekeeper.api.change;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says how changes of a class are recorded; a class without it has the defaults. Changes of an entity of JPA that has it are recorded
 * by themselves where {@code lanekeeper-jpa} is present, and are not to be told to {@link Changes} then.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface ReliableEntity {

    /** Under which its changes are known in the outbox; by default the simple name of the class. A released one must stay. */
    String name() default "";

    /** The attribute that tells one from another; by default {@code id}, or the identifier of an entity that has no such. */
    String id() default "id";
}

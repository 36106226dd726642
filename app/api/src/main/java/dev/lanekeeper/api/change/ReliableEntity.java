package dev.lanekeeper.api.change;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says how changes of a class are recorded; a class without it has the defaults. */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface ReliableEntity {

    /** Under which its changes are known in the outbox; by default the simple name of the class. A released one must stay. */
    String name() default "";

    /** The attribute that tells one from another. */
    String id() default "id";
}

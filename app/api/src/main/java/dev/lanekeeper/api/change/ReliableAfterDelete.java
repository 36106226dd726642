package dev.lanekeeper.api.change;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.core.annotation.AliasFor;

/** {@link ReliableAfterCommit} when a resource was deleted. */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ReliableAfterCommit(on = ChangeType.DELETED)
public @interface ReliableAfterDelete {

    @AliasFor(annotation = ReliableAfterCommit.class)
    String id() default "";

    @AliasFor(annotation = ReliableAfterCommit.class)
    String condition() default "";

    @AliasFor(annotation = ReliableAfterCommit.class)
    String unless() default "";
}

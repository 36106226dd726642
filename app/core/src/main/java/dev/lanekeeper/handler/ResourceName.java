package dev.lanekeeper.handler;

import dev.lanekeeper.api.change.ChangeType;
import dev.lanekeeper.api.change.ReliableEntity;
import java.util.Locale;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * How the changes of a class are known in the outbox.
 *
 * @param id the attribute that tells one resource from another
 */
public record ResourceName(String name, String id) {

    /** Of all changes; their events are {@code <name>.created}, {@code .updated} and {@code .deleted}. */
    public static final String CONTEXT = "changes";

    public static ResourceName of(Class<?> resource) {
        var type = ClassUtils.getUserClass(resource);
        var annotation = AnnotatedElementUtils.findMergedAnnotation(type, ReliableEntity.class);
        var name = annotation == null || !StringUtils.hasText(annotation.name())
                ? type.getSimpleName()
                : annotation.name();
        return new ResourceName(name, annotation == null ? "id" : annotation.id());
    }

    public static String event(String resource, ChangeType type) {
        return resource + "." + type.name().toLowerCase(Locale.ROOT);
    }

    /** What an event's name says has happened. */
    static ChangeType typeOf(String event) {
        return ChangeType.valueOf(event.substring(event.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT));
    }
}

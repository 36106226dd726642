package dev.lanekeeper;

import dev.lanekeeper.handler.HandlerCatalog;
import dev.lanekeeper.handler.HandlerDefinition;
import java.util.Objects;
import org.springframework.context.ApplicationContext;

/** What the declarations of an application have become. */
final class Declared {

    private Declared() {}

    /** The handler of that id, which there must be. */
    static HandlerDefinition handler(ApplicationContext context, String id) {
        return Objects.requireNonNull(
                context.getBean(HandlerCatalog.class).handlers().find(id));
    }
}

package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.HandledItem;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.work.WaitingItem;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Names items for those who listen. */
final class Items {

    private final Function<String, @Nullable HandlerDefinition> handlers;

    Items(Function<String, @Nullable HandlerDefinition> handlers) {
        this.handlers = handlers;
    }

    HandledItem named(String handlerId, WaitingItem item) {
        var handler = handlers.apply(handlerId);
        var group = handler == null ? null : handler.groupId();
        return new HandledItem(
                handlerId,
                group == null ? handlerId : group,
                item.itemId(),
                item.attempts() + 1,
                item.resource(),
                item.event());
    }
}

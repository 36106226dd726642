package dev.lanekeeper;

import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.HandlerDefinition.OutboxSource;
import dev.lanekeeper.handler.Handlers;
import java.util.List;

/** What handlers of entries cannot be unique by where the arguments of entries are encrypted before anybody could look for a key. */
record EntryKeys(boolean encrypted, Handlers handlers) {

    List<Problem> problems() {
        return handlers.all().stream()
                .filter(handler -> encrypted && handler.source() instanceof OutboxSource && isHidden(handler))
                .map(handler -> new Problem(
                        "uniqueKey of handler '" + handler.id() + "'",
                        "the arguments of entries are encrypted, so that no key is found in them",
                        "Use @key, which is the causality key, or @header(name)"))
                .toList();
    }

    private static boolean isHidden(HandlerDefinition handler) {
        var unique = handler.unique();
        var key = unique == null ? null : unique.rule().key();
        return key != null && !key.startsWith("@");
    }
}

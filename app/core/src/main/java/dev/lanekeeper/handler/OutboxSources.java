package dev.lanekeeper.handler;

import dev.lanekeeper.handler.Declaration.BuiltIn;
import dev.lanekeeper.handler.HandlerDefinition.OutboxSource;
import dev.lanekeeper.handler.HandlerDefinition.Taking;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Reads which outbox entries a handler takes. */
final class OutboxSources {

    private OutboxSources() {}

    static OutboxSource of(Declaration declaration, Options options) {
        if (declaration.target() instanceof BuiltIn builtIn) {
            return builtIn.handler().source();
        }
        if (declaration.target() instanceof Declaration.Callback callback) {
            return new OutboxSource(Taking.BY_NAME, ResourceName.CONTEXT, callback.events(), true, callback.position());
        }
        boolean asked = declaration.target() instanceof Declaration.Processor;
        return new OutboxSource(
                asked ? Taking.IF_IT_APPLIES : Taking.BY_NAME,
                options.text("context"),
                options.parse("event", text -> Optional.of(split(text))).orElse(List.of()),
                options.flag("ordered", true));
    }

    private static List<String> split(String text) {
        return Arrays.stream(text.split(","))
                .map(String::trim)
                .filter(event -> !event.isEmpty())
                .distinct()
                .toList();
    }
}

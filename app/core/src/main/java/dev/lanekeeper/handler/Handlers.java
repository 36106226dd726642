package dev.lanekeeper.handler;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The handlers of this application, in the order of their ids; fixed once the application has started. */
public final class Handlers {

    private final Map<String, HandlerDefinition> byId = new LinkedHashMap<>();

    public Handlers(List<HandlerDefinition> definitions) {
        definitions.stream().sorted((a, b) -> a.id().compareTo(b.id())).forEach(d -> byId.put(d.id(), d));
    }

    public List<HandlerDefinition> all() {
        return List.copyOf(byId.values());
    }

    /** Whether any of them handles outbox entries; where jobs are done one does, for they may come as entries. */
    public boolean takeEntries() {
        return byId.values().stream().anyMatch(h -> h.source() instanceof HandlerDefinition.OutboxSource);
    }

    /** Whether any of them does jobs. */
    public boolean doJobs() {
        return byId.values().stream().anyMatch(h -> h.source() instanceof HandlerDefinition.JobSource);
    }

    public @Nullable HandlerDefinition find(String id) {
        return byId.get(id);
    }
}

package dev.lanekeeper.run;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The runs of this process, from the moment they are given lanes until their worker is free again. */
public final class ActiveRuns {

    private final Map<UUID, ActiveRun> runs = new ConcurrentHashMap<>();

    public void add(ActiveRun run) {
        runs.put(run.run().runId(), run);
    }

    public @Nullable ActiveRun find(UUID runId) {
        return runs.get(runId);
    }

    public void remove(ActiveRun run) {
        runs.remove(run.run().runId(), run);
    }

    public Collection<ActiveRun> all() {
        return List.copyOf(runs.values());
    }

    public boolean isEmpty() {
        return runs.isEmpty();
    }
}

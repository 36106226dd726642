package dev.lanekeeper.dispatch;

import dev.lanekeeper.run.ActiveRun;
import java.util.Collection;
import java.util.Objects;
import java.util.stream.Collectors;

/** What a node says in its heartbeat: the items whose handlers are being called. */
final class RunningItems {

    private RunningItems() {}

    /** A JSON array of objects with item, handlerId, run and milliseconds since the start. */
    static String json(Collection<ActiveRun> runs) {
        return runs.stream()
                .map(run -> {
                    var working = run.working();
                    return working == null
                            ? null
                            : "{\"item\":%d,\"handlerId\":%d,\"run\":\"%s\",\"forMillis\":%d}"
                                    .formatted(
                                            working.item().itemId(),
                                            working.item().handlerId(),
                                            run.run().runId(),
                                            working.elapsed().toMillis());
                })
                .filter(Objects::nonNull)
                .collect(Collectors.joining(",", "[", "]"));
    }
}

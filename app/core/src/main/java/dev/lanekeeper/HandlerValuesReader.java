package dev.lanekeeper;

import dev.lanekeeper.handler.HandlerDefinition;
import dev.lanekeeper.handler.RegisteredHandlers;
import dev.lanekeeper.setting.HandlerValues;
import java.util.HashMap;
import java.util.Map;

/** What the properties and the handlers' own options say of what people may change. */
final class HandlerValuesReader {

    private HandlerValuesReader() {}

    static Map<Integer, HandlerValues> read(LanekeeperProperties properties, int workers, RegisteredHandlers handlers) {
        var values = new HashMap<Integer, HandlerValues>();
        var share = share(workers, handlers);
        handlers.byNumber()
                .forEach((number, handler) -> values.put(number, values(properties, handler, workers, share)));
        return values;
    }

    private static HandlerValues values(
            LanekeeperProperties properties, HandlerDefinition handler, int workers, int share) {
        var maxRuns = handler.limits().maxRuns();
        return new HandlerValues(
                properties.flushSize(),
                properties.flushBytes().toBytes(),
                properties.flushIntervalOrNull(),
                handler.failures().maxRetries(),
                handler.failures().decision() != null,
                maxRuns == null ? share : Math.min(workers, maxRuns));
    }

    /** Three quarters of the workers for each handler where there are several, so that none can take them all. */
    private static int share(int workers, RegisteredHandlers handlers) {
        return handlers.numbers().size() == 1 ? workers : Math.max(1, workers * 3 / 4);
    }
}

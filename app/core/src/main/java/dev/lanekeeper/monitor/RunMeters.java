package dev.lanekeeper.monitor;

import dev.lanekeeper.api.event.ItemEvent.Ending;
import dev.lanekeeper.run.RunListener;
import dev.lanekeeper.work.WaitingItem;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts and times what becomes of items, after the commit, on the worker's thread. */
final class RunMeters implements RunListener {

    private final MeterRegistry registry;
    private final Clock clock;
    private final Map<String, HandlerMeters> byHandler = new ConcurrentHashMap<>();

    RunMeters(MeterRegistry registry, Clock clock) {
        this.registry = registry;
        this.clock = clock;
    }

    @Override
    public void recorded(List<Result> results) {
        var now = clock.instant();
        var endings = new HashMap<String, Map<Ending, Integer>>();
        results.forEach(told -> {
            meters(told.handler()).recorded(told.item(), told.result(), now);
            endings.computeIfAbsent(told.handler(), handler -> new EnumMap<>(Ending.class))
                    .merge(Endings.of(told.result()), 1, Integer::sum);
        });
        // Each call of a counter is a line to StatsD, so a chunk makes one for each ending.
        endings.forEach((handler, numbers) -> numbers.forEach(meters(handler)::count));
    }

    @Override
    public void refused(String handler, WaitingItem item, Refusal refusal) {
        registry.counter(
                        "lanekeeper.locks.refused",
                        "handler",
                        handler,
                        "conflict",
                        refusal.givenUp()
                                ? "gave_up"
                                : refusal.conflict().name().toLowerCase(Locale.ROOT))
                .increment();
    }

    @Override
    public void dropped(List<Result> results) {
        results.forEach(told -> meters(told.handler()).dropped());
    }

    @Override
    public void workersLost(List<Result> results) {
        results.forEach(told -> meters(told.handler()).workerLost());
    }

    private HandlerMeters meters(String handler) {
        var known = byHandler.get(handler);
        return known != null ? known : byHandler.computeIfAbsent(handler, h -> new HandlerMeters(registry, h));
    }
}

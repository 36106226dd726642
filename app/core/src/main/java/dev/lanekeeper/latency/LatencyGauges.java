package dev.lanekeeper.latency;

import dev.lanekeeper.latency.LatencyReport.Ages;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The newest report as gauges, on the one node that made it; a node whose report is no longer the newest has none of them, and
 * one that cannot tell shows "not a number", which a StatsD registry does not send.
 */
final class LatencyGauges {

    private static final String OUTBOX = "lanekeeper.outbox.latency.";
    private static final String EVENTS = "lanekeeper.events.latency.";

    private final MeterRegistry registry;
    private final BooleanSupplier isShown;
    private final Map<String, List<Meter>> shown = new HashMap<>();
    private volatile @Nullable LatencyReport report;

    /** @param isShown asked whenever a registry is read, on its thread */
    LatencyGauges(MeterRegistry registry, BooleanSupplier isShown) {
        this.registry = registry;
        this.isShown = isShown;
    }

    /** Shows this report instead of the last one; {@code null} for none. */
    synchronized void show(@Nullable LatencyReport newest) {
        report = newest;
        var wanted = newest == null ? Set.<String>of() : newest.events().keySet();
        if (newest != null) {
            shown.computeIfAbsent("", none -> gauges(OUTBOX, Tags.empty(), LatencyReport::outbox));
        }
        wanted.forEach(handler -> shown.computeIfAbsent(
                handler,
                h -> gauges(EVENTS, Tags.of("handler", h), r -> r.events().get(h))));
        shown.entrySet().removeIf(entry -> {
            var over = newest == null || !(entry.getKey().isEmpty() || wanted.contains(entry.getKey()));
            if (over) {
                entry.getValue().forEach(registry::remove);
            }
            return over;
        });
    }

    /** What a report says of one thing. */
    private interface Part {

        @Nullable
        Ages of(LatencyReport report);
    }

    private List<Meter> gauges(String prefix, Tags tags, Part part) {
        return List.of(
                seconds(prefix + "minimum", tags, part, Ages::minimum),
                seconds(prefix + "maximum", tags, part, Ages::maximum),
                seconds(prefix + "average", tags, part, Ages::average),
                seconds(prefix + "highest_since_creation_date", tags, part, Ages::highestSinceCreationDate),
                gauge(prefix + "count", tags, part, Ages::count).register(registry),
                gauge(prefix + "skewed", tags, part, Ages::skewed).register(registry));
    }

    private Meter seconds(String name, Tags tags, Part part, ToDoubleFunction<Ages> value) {
        return gauge(name, tags, part, value).baseUnit("seconds").register(registry);
    }

    private Gauge.Builder<?> gauge(String name, Tags tags, Part part, ToDoubleFunction<Ages> value) {
        return Gauge.builder(name, () -> now(part, value)).tags(tags);
    }

    private double now(Part part, ToDoubleFunction<Ages> value) {
        var newest = report;
        var ages = newest == null || !isShown.getAsBoolean() ? null : part.of(newest);
        return ages == null ? Double.NaN : value.applyAsDouble(ages);
    }
}

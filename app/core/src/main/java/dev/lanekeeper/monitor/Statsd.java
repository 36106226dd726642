package dev.lanekeeper.monitor;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.statsd.StatsdConfig;
import io.micrometer.statsd.StatsdFlavor;
import io.micrometer.statsd.StatsdMeterRegistry;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Micrometer's StatsD registry, which makes the lines, and {@link Datagrams}, which send them: its own client would log a stack trace
 * for every few lines that nobody wants.
 */
final class Statsd implements AutoCloseable {

    /** What separates the parts of a name or of a line. */
    private static final Pattern SEPARATORS = Pattern.compile("[^\\w-]+");

    private static final Set<Tag> ONLY_STATISTICS = Set.of(Tag.of("statistic", "value"), Tag.of("statistic", "count"));

    private final StatsdMeterRegistry registry;
    private final Datagrams datagrams;

    private Statsd(StatsdMeterRegistry registry, Datagrams datagrams) {
        this.registry = registry;
        this.datagrams = datagrams;
    }

    static Statsd start(StatsdSettings settings) {
        var datagrams = Datagrams.to(settings.host(), settings.port());
        var registry = StatsdMeterRegistry.builder(config(settings))
                .clock(Clock.SYSTEM)
                .nameMapper((id, convention) -> hierarchical(id))
                .lineSink(datagrams)
                .build();
        registry.config().namingConvention(NamingConvention.dot);
        if (!settings.namespace().isEmpty()) {
            registry.config().meterFilter(prefix(settings.namespace() + "."));
        }
        return new Statsd(registry, datagrams);
    }

    /**
     * The registries of this one without such as send by StatsD: Spring Boot makes one as soon as the library is there, and what we
     * count would arrive twice.
     */
    static Collection<MeterRegistry> others(MeterRegistry applications) {
        var all = applications instanceof CompositeMeterRegistry composite
                ? composite.getRegistries()
                : Set.of(applications);
        return all.stream().noneMatch(StatsdMeterRegistry.class::isInstance)
                ? Set.of(applications)
                : all.stream().filter(r -> !(r instanceof StatsdMeterRegistry)).toList();
    }

    /** Name, tag, value, tag, value: a handler's id may have dots, which would be levels. Of most meters there is one statistic. */
    private static String hierarchical(Meter.Id id) {
        return id.getTags().stream()
                .filter(tag -> !ONLY_STATISTICS.contains(tag))
                .map(tag -> "." + tag.getKey() + "."
                        + SEPARATORS.matcher(tag.getValue()).replaceAll("_"))
                .collect(Collectors.joining("", id.getName(), ""));
    }

    private static MeterFilter prefix(String namespace) {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return id.withName(namespace + id.getName());
            }
        };
    }

    private static StatsdConfig config(StatsdSettings settings) {
        return new StatsdConfig() {
            @Override
            public @Nullable String get(String key) {
                return null;
            }

            @Override
            public StatsdFlavor flavor() {
                return switch (settings.flavor()) {
                    case DATADOG -> StatsdFlavor.DATADOG;
                    case ETSY -> StatsdFlavor.ETSY;
                };
            }

            @Override
            public Duration pollingFrequency() {
                return settings.step();
            }
        };
    }

    MeterRegistry registry() {
        return registry;
    }

    /** What was counted until now is sent first. */
    @Override
    public void close() {
        registry.close();
        datagrams.close();
    }
}

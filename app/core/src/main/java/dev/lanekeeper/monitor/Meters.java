package dev.lanekeeper.monitor;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import org.jspecify.annotations.Nullable;

/**
 * Where Lanekeeper's meters are made: in the application's registry, and in a StatsD registry of our own that the application never
 * sees, so that nothing of its own backs off or appears twice.
 */
public final class Meters implements AutoCloseable {

    private final @Nullable MeterRegistry registry;
    private final @Nullable Statsd statsd;

    private Meters(@Nullable MeterRegistry registry, @Nullable Statsd statsd) {
        this.registry = registry;
        this.statsd = statsd;
    }

    /**
     * @param applications the application's registry, if it has one
     * @param settings {@code null} when StatsD is off: nothing of it is made, or even loaded, then
     */
    public static Meters in(@Nullable MeterRegistry applications, @Nullable StatsdSettings settings) {
        if (settings == null) {
            return new Meters(applications, null);
        }
        var statsd = Statsd.start(settings);
        if (applications == null) {
            return new Meters(statsd.registry(), statsd);
        }
        var both = new CompositeMeterRegistry();
        Statsd.others(applications).forEach(both::add);
        both.add(statsd.registry());
        return new Meters(both, statsd);
    }

    /** {@code null} when nobody wants meters. */
    public @Nullable MeterRegistry registry() {
        return registry;
    }

    /** Ends what is ours; the composite must stay open, since closing it would close the application's registry. */
    @Override
    public void close() {
        if (statsd != null) {
            statsd.close();
        }
    }
}

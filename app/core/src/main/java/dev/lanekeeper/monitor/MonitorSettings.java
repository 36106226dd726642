package dev.lanekeeper.monitor;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the monitor room needs of the properties.
 *
 * @param blockedWarning how long an item may hold up its lane before health is degraded
 * @param runningWarning how long a handler call may last before health is degraded, if it has no timeout of its own
 * @param observations whether attempts are observations
 * @param statsd {@code null} for off
 * @param healthFile {@code null} for none
 */
public record MonitorSettings(
        EventMode events,
        Duration blockedWarning,
        Duration runningWarning,
        ObservationMode observations,
        @Nullable StatsdSettings statsd,
        @Nullable Path healthFile) {}

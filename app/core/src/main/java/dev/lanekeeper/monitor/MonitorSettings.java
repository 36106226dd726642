package dev.lanekeeper.monitor;

import java.time.Duration;

/**
 * What the monitor room needs of the properties.
 *
 * @param blockedWarning how long an item may hold up its lane before health is degraded
 * @param runningWarning how long a handler call may last before health is degraded, if it has no timeout of its own
 */
public record MonitorSettings(EventMode events, Duration blockedWarning, Duration runningWarning) {}

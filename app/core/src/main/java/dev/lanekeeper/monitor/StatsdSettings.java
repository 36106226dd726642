package dev.lanekeeper.monitor;

import java.time.Duration;

/**
 * Where meters are sent to, and how.
 *
 * @param namespace in front of every name, with a dot; empty for nothing
 * @param step how often gauges are sent
 */
public record StatsdSettings(String host, int port, Flavor flavor, String namespace, Duration step) {

    /** What a line looks like. */
    public enum Flavor {
        /** With tags, as DogStatsD and most agents understand. */
        DATADOG,
        /** The tags as parts of the name. */
        ETSY
    }
}

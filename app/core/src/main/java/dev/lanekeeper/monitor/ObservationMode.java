package dev.lanekeeper.monitor;

/** Whether attempts are observations of Micrometer's. */
public enum ObservationMode {
    /** If the application has a tracer of Micrometer Tracing: without one they would only be timers beside the timers there are. */
    AUTO,
    /** If the application has an {@code ObservationRegistry} with any handler. */
    ON,
    OFF
}

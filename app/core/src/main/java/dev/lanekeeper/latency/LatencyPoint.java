package dev.lanekeeper.latency;

import java.time.Duration;
import java.time.Instant;

/**
 * One point of a picture over time.
 *
 * @param since the beginning of the stretch of time that it is about
 * @param length how long that is: a minute, or a quarter of an hour
 */
public record LatencyPoint(Instant since, Duration length, Latency latency) {}

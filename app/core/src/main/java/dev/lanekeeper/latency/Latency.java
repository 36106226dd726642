package dev.lanekeeper.latency;

import java.time.Duration;

/**
 * How long one stage took for the events of one handler, on all nodes together.
 *
 * @param handler its id
 * @param events how many were measured, at least one
 * @param p50 half of them took no longer; percentiles are at most 1 % too long
 */
public record Latency(
        String handler,
        Stage stage,
        long events,
        Duration min,
        Duration max,
        Duration average,
        Duration p50,
        Duration p95,
        Duration p99) {}

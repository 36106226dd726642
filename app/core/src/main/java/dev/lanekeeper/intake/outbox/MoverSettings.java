package dev.lanekeeper.intake.outbox;

import java.time.Duration;

/**
 * How entries are moved.
 *
 * @param sleep between two looks at the table while entries are found; those of this process are not waited for
 * @param idleMultiplier how many times that long a pause is after a look that found nothing
 * @param linger how long entries are let gather at most while many come
 * @param batchSize how many entries one transaction moves at most
 * @param threads how many movers this node has; each has its own shards
 */
public record MoverSettings(Duration sleep, int idleMultiplier, Duration linger, int batchSize, int threads) {}

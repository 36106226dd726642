package dev.lanekeeper.run;

import java.time.Duration;

/**
 * How runs work.
 *
 * @param slice after how long a run gives its lanes back, to let others have their turn
 * @param maxItems after how many items it does; 1 makes every event a job of its own
 * @param chunk how many results are recorded together at most; also how many items may be repeated after a crash
 * @param chunkTime after how long results are recorded at the next opportunity
 * @param chunkBytes how much payload is read at once at most, beyond the first item
 * @param runningWarning after how long in one handler call a warning is logged
 */
public record RunSettings(
        Duration slice, int maxItems, int chunk, Duration chunkTime, long chunkBytes, Duration runningWarning) {}

package dev.lanekeeper.dispatch;

import dev.lanekeeper.jobs.JobRunrSettings;
import dev.lanekeeper.run.RunSettings;
import java.util.Map;

/**
 * What this node is and does.
 *
 * @param name for people: host and process
 * @param runsWork whether it has the role {@code workers}
 * @param shares how many workers each handler may have at once, by its number
 */
public record NodeSettings(
        String name,
        String version,
        String roles,
        boolean runsWork,
        Map<Integer, Integer> shares,
        RunSettings run,
        JobRunrSettings jobs) {}

package dev.lanekeeper.dispatch;

import dev.lanekeeper.jobs.JobRunrSettings;
import dev.lanekeeper.run.RunSettings;

/**
 * What this node is and does.
 *
 * @param name for people: host and process
 * @param runsWork whether it has the role {@code workers}
 */
public record NodeSettings(
        String name, String version, String roles, boolean runsWork, RunSettings run, JobRunrSettings jobs) {}

package dev.lanekeeper.dispatch;

import dev.lanekeeper.jobs.JobRunrSettings;
import dev.lanekeeper.lock.RedisSettings;
import dev.lanekeeper.run.RunSettings;
import org.jspecify.annotations.Nullable;

/**
 * What this node is and does.
 *
 * @param name for people: host and process
 * @param runsWork whether it has the role {@code workers}
 * @param redis where locks are shared with other applications; {@code null} for nowhere
 */
public record NodeSettings(
        String name,
        String version,
        String roles,
        boolean runsWork,
        RunSettings run,
        JobRunrSettings jobs,
        @Nullable RedisSettings redis) {}

package dev.lanekeeper;

import dev.lanekeeper.LanekeeperProperties.Role;
import dev.lanekeeper.LanekeeperProperties.VirtualThreads;
import dev.lanekeeper.dispatch.NodeSettings;
import dev.lanekeeper.jobs.JobRunrSettings;
import dev.lanekeeper.lock.RedisSettings;
import dev.lanekeeper.run.RunSettings;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Turns the properties into what the dispatch room works with. */
final class NodeSettingsReader {

    private static final Duration CHUNK_TIME = Duration.ofMillis(100);
    private static final long CHUNK_BYTES = 16L << 20;
    private static final Duration JOB_POLL = Duration.ofSeconds(5);

    private NodeSettingsReader() {}

    static NodeSettings read(LanekeeperProperties properties, int workers, @Nullable RedisSettings redis) {
        var name = name();
        return new NodeSettings(
                name,
                Optional.ofNullable(NodeSettingsReader.class.getPackage().getImplementationVersion())
                        .orElse("development"),
                properties.roles().stream()
                        .map(r -> r.name().toLowerCase(Locale.ROOT))
                        .sorted()
                        .collect(Collectors.joining(",")),
                properties.roles().contains(Role.WORKERS),
                run(properties),
                jobs(properties, name, workers),
                redis);
    }

    private static RunSettings run(LanekeeperProperties properties) {
        var run = properties.run();
        return new RunSettings(
                run.slice(), run.maxItems(), run.chunk(), CHUNK_TIME, CHUNK_BYTES, properties.runningWarning());
    }

    private static JobRunrSettings jobs(LanekeeperProperties properties, String name, int workers) {
        var tables = switch (properties.schema().manage()) {
            case MIGRATE -> JobRunrSettings.Tables.MIGRATE;
            case VALIDATE -> JobRunrSettings.Tables.VALIDATE;
            case NONE -> JobRunrSettings.Tables.NONE;
        };
        return new JobRunrSettings(
                properties.schema().name(),
                name,
                workers,
                properties.virtualThreads() != VirtualThreads.OFF,
                JOB_POLL,
                properties.job().retention(),
                tables,
                properties.job().dashboardPortOrNull());
    }

    /** The process and its host, as {@code 4711@host}. */
    private static String name() {
        return ManagementFactory.getRuntimeMXBean().getName();
    }
}

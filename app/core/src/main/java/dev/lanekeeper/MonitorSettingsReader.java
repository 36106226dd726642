package dev.lanekeeper;

import dev.lanekeeper.LanekeeperProperties.Statsd;
import dev.lanekeeper.monitor.MonitorSettings;
import dev.lanekeeper.monitor.StatsdSettings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/** Turns the properties into what the monitor room works with. */
final class MonitorSettingsReader {

    private MonitorSettingsReader() {}

    static MonitorSettings read(LanekeeperProperties properties) {
        var file = properties.healthFile();
        return new MonitorSettings(
                properties.events(),
                properties.blockedWarning(),
                properties.runningWarning(),
                properties.observations(),
                statsd(properties.statsd()),
                StringUtils.hasText(file) ? Path.of(file) : null);
    }

    private static @Nullable StatsdSettings statsd(Statsd statsd) {
        // Without the library the start is about to fail, with all that is wrong.
        return statsd.enabled() && PropertiesRules.hasStatsd()
                ? new StatsdSettings(statsd.host(), statsd.port(), statsd.flavor(), statsd.namespace(), statsd.step())
                : null;
    }
}

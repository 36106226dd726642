package dev.lanekeeper.bench;

import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/** All contenders lie on one class path; this keeps each one's auto-configuration out of the others' applications. */
class OneContendersAutoConfiguration implements AutoConfigurationImportFilter, EnvironmentAware {

    /** Whose classes begin how. */
    private static final Map<String, String> OWNERS = Map.of(
            "io.namastack.", "namastack",
            "org.springframework.modulith.", "modulith",
            "dev.lanekeeper.", "lanekeeper");

    private String contender = "lanekeeper";

    @Override
    public void setEnvironment(Environment environment) {
        contender = environment.getProperty("bench.contender", "lanekeeper");
    }

    @Override
    public boolean[] match(String[] classes, AutoConfigurationMetadata metadata) {
        var matches = new boolean[classes.length];
        for (var n = 0; n < classes.length; n++) {
            matches[n] = classes[n] == null || isWanted(classes[n]);
        }
        return matches;
    }

    private boolean isWanted(String name) {
        return OWNERS.entrySet().stream()
                .filter(e -> name.startsWith(e.getKey()))
                .allMatch(e -> e.getValue().equals(contender));
    }
}

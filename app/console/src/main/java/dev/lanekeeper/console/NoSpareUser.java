package dev.lanekeeper.console;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Keeps Boot from making up a user and logging its password where the console signs people in by itself: there would be two
 * passwords, and the one in the log would open nothing of the console. An application that names Boot's user, or has users of its
 * own, is left as it is.
 */
class NoSpareUser implements AutoConfigurationImportFilter, EnvironmentAware {

    private static final String BOOTS_USER =
            "org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration";

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(@Nullable String[] names, AutoConfigurationMetadata metadata) {
        var unwanted = environment != null && isUnwanted(environment);
        var matches = new boolean[names.length];
        for (var i = 0; i < names.length; i++) {
            matches[i] = !(unwanted && BOOTS_USER.equals(names[i]));
        }
        return matches;
    }

    private static boolean isUnwanted(Environment environment) {
        return environment.getProperty("lanekeeper.console.enabled", Boolean.class, false)
                && "own".equalsIgnoreCase(environment.getProperty("lanekeeper.console.sign-in"))
                && Stream.of("name", "password", "roles")
                        .noneMatch(key -> environment.containsProperty("spring.security.user." + key));
    }
}

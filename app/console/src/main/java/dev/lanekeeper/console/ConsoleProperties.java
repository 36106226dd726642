package dev.lanekeeper.console;

import java.time.ZoneId;
import java.util.Map;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * All that can be configured of the console; a key that is not here is an error.
 *
 * @param enabled whether this application serves the console
 * @param path below which all its pages are; the JSON API is below `<path>/v1`
 * @param signIn who asks for name and password: `application` leaves it to the application's own Spring Security, `own`
 *     brings a page for it and the users below
 * @param users who may sign in where `sign-in` is `own`, by name; with nobody here a random password for `operator` is
 *     printed at each start
 * @param showErrors whether the JSON API tells the text of unexpected exceptions, which may name what nobody should know
 * @param zone in which times are shown, such as `UTC` or `Europe/Berlin`
 */
@ConfigurationProperties(prefix = "lanekeeper.console", ignoreUnknownFields = false)
public record ConsoleProperties(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("/lanekeeper") String path,
        @DefaultValue("application") SignIn signIn,
        @DefaultValue Map<String, User> users,
        @DefaultValue("false") boolean showErrors,
        @DefaultValue("UTC") ZoneId zone) {

    /** Who asks for name and password. */
    public enum SignIn {
        APPLICATION,
        OWN
    }

    /** What somebody may do. */
    public enum Role {
        VIEWER,
        OPERATOR
    }

    /**
     * @param password as Spring Security writes them, such as `{bcrypt}...`; without a name in braces it is the password
     *     itself
     * @param role `viewer` sees everything, `operator` also changes things
     * @param decrypt whether he may also see in plain text what is encrypted; each look is written down
     */
    public record User(
            String password,
            @DefaultValue("viewer") Role role,
            @DefaultValue("false") boolean decrypt) {}
}

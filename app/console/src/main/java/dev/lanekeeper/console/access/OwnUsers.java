package dev.lanekeeper.console.access;

import dev.lanekeeper.console.page.Roles;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

/** Who may sign in where the console does so itself; where nobody was named, one operator with a random password. */
public final class OwnUsers {

    private static final String OPERATOR = "operator";
    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
    private static final int GROUPS = 4;
    private static final int GROUP = 5;

    private final List<UserDetails> users;
    private final @Nullable String generated;

    private OwnUsers(List<UserDetails> users, @Nullable String generated) {
        this.users = users;
        this.generated = generated;
    }

    /**
     * @param password encoded as Spring Security does, with the encoder's name in braces, or as it is
     * @param operator whether he may also change things
     * @param decryptor whether he may also see in plain text what is encrypted
     */
    public record Named(String name, String password, boolean operator, boolean decryptor) {

        private String[] roles() {
            return Stream.of(Roles.VIEWER, operator ? Roles.OPERATOR : "", decryptor ? Roles.DECRYPTOR : "")
                    .filter(role -> !role.isEmpty())
                    .toArray(String[]::new);
        }
    }

    public static OwnUsers of(List<Named> named) {
        if (!named.isEmpty()) {
            return new OwnUsers(named.stream().map(OwnUsers::user).toList(), null);
        }
        var password = random();
        return new OwnUsers(List.of(user(new Named(OPERATOR, password, true, false))), password);
    }

    public UserDetailsService service() {
        return new InMemoryUserDetailsManager(new ArrayList<>(users));
    }

    /** The password that nobody has chosen; {@code null} where users are configured. */
    public @Nullable String generatedPassword() {
        return generated;
    }

    private static UserDetails user(Named named) {
        var encoded = named.password().startsWith("{") ? named.password() : "{noop}" + named.password();
        return User.withUsername(named.name())
                .password(encoded)
                .roles(named.roles())
                .build();
    }

    private static String random() {
        var random = new SecureRandom();
        return IntStream.range(0, GROUPS)
                .mapToObj(group -> random.ints(GROUP, 0, LETTERS.length())
                        .mapToObj(LETTERS::charAt)
                        .map(String::valueOf)
                        .collect(Collectors.joining()))
                .collect(Collectors.joining("-"));
    }
}

package dev.lanekeeper.console;

import dev.lanekeeper.api.LanekeeperConfigurationException;
import dev.lanekeeper.api.LanekeeperConfigurationException.Problem;
import dev.lanekeeper.console.ConsoleProperties.Role;
import dev.lanekeeper.console.access.Gate;
import dev.lanekeeper.console.access.OwnSignIn;
import dev.lanekeeper.console.access.OwnUsers;
import dev.lanekeeper.console.access.PasswordSlip;
import dev.lanekeeper.console.access.Refusals;
import dev.lanekeeper.console.access.SignInPage;
import dev.lanekeeper.console.page.ConsolePath;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Who may come in: never everybody. */
@Configuration(proxyBeanMethods = false)
class AccessConfiguration {

    private static final String SECURITY = "org.springframework.security.web.SecurityFilterChain";

    /** Without Spring Security on the class path the application does not start. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass(SECURITY)
    static class WithoutSecurity {

        @Bean
        SmartInitializingSingleton lanekeeperConsoleUnprotected() {
            return () -> {
                throw unprotected();
            };
        }
    }

    /** The application's Spring Security or our own: the gate stands behind both. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = SECURITY)
    static class WithSecurity {

        @Bean
        WebMvcConfigurer lanekeeperConsoleGate(ConsolePath path) {
            return new WebMvcConfigurer() {
                @Override
                public void addInterceptors(InterceptorRegistry registry) {
                    registry.addInterceptor(new Gate(path)).addPathPatterns(path.value(), path.below("/**"));
                }
            };
        }

        @Bean
        Refusals lanekeeperConsoleRefusals() {
            return new Refusals();
        }

        @Bean
        SmartInitializingSingleton lanekeeperConsoleProtected(
                ObjectProvider<SecurityFilterChain> chains, ConsoleProperties properties) {
            return () -> {
                if (chains.stream().findAny().isEmpty()) {
                    throw unprotected();
                }
                if (properties.signIn() == ConsoleProperties.SignIn.APPLICATION
                        && !properties.users().isEmpty()) {
                    throw usersWithoutSignIn();
                }
            };
        }
    }

    /** The console asks for name and password itself. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = SECURITY)
    @ConditionalOnProperty(name = "lanekeeper.console.sign-in", havingValue = "own")
    static class Own {

        /** Before any chain of the application, which may be for all paths. */
        @Bean
        @Order(-100)
        SecurityFilterChain lanekeeperConsoleSecurity(HttpSecurity http, ConsolePath path, OwnUsers users) {
            return new OwnSignIn(path).chain(http, users.service());
        }

        @Bean
        OwnUsers lanekeeperConsoleUsers(ConsoleProperties properties) {
            return OwnUsers.of(properties.users().entrySet().stream()
                    .map(user -> new OwnUsers.Named(
                            user.getKey(),
                            user.getValue().password(),
                            user.getValue().role() == Role.OPERATOR,
                            user.getValue().decrypt()))
                    .toList());
        }

        @Bean
        PasswordSlip lanekeeperConsolePasswordSlip(OwnUsers users) {
            return new PasswordSlip(users);
        }

        @Bean
        SignInPage lanekeeperConsoleSignInPage(ConsolePath path) {
            return new SignInPage(path);
        }
    }

    private static LanekeeperConfigurationException unprotected() {
        return problem(
                "lanekeeper.console.enabled",
                "the console would be open to everybody: this application has no Spring Security",
                "Add spring-boot-starter-security, and set lanekeeper.console.sign-in=own if the console shall ask for name and"
                        + " password itself");
    }

    private static LanekeeperConfigurationException usersWithoutSignIn() {
        return problem(
                "lanekeeper.console.users",
                "nobody asks for these names and passwords, as lanekeeper.console.sign-in is application",
                "Set lanekeeper.console.sign-in=own, or remove the users and give your own ones the roles LANEKEEPER_VIEWER and"
                        + " LANEKEEPER_OPERATOR");
    }

    private static LanekeeperConfigurationException problem(String where, String what, String action) {
        return new LanekeeperConfigurationException(List.of(new Problem(where, what, action)));
    }
}

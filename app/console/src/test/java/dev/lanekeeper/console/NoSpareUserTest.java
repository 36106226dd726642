package dev.lanekeeper.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.security.core.userdetails.UserDetailsService;

class NoSpareUserTest {

    private final MockEnvironment environment = new MockEnvironment();

    @Test
    void isMadeWhereTheConsoleSignsPeopleInByItself() {
        assertThat(Site.shared().application().getBeanNamesForType(UserDetailsService.class))
                .isEmpty();
        assertThat(isMadeUp(true, "own")).isFalse();
    }

    @Test
    void leavesOtherApplicationsAsTheyAre() {
        assertThat(isMadeUp(false, "own")).isTrue();
        assertThat(isMadeUp(true, "application")).isTrue();
        environment.setProperty("spring.security.user.password", "chosen");
        assertThat(isMadeUp(true, "own")).isTrue();
    }

    private boolean isMadeUp(boolean enabled, String signIn) {
        var filter = new NoSpareUser();
        environment.setProperty("lanekeeper.console.enabled", Boolean.toString(enabled));
        environment.setProperty("lanekeeper.console.sign-in", signIn);
        filter.setEnvironment(environment);
        return filter.match(
                        new String[] {UserDetailsServiceAutoConfiguration.class.getName()},
                        Mockito.mock(AutoConfigurationMetadata.class))[0];
    }
}

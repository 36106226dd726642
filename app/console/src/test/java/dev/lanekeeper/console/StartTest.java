package dev.lanekeeper.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanekeeper.console.page.Assets;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.security.autoconfigure.SecurityAutoConfiguration;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;

class StartTest {

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DispatcherServletAutoConfiguration.class,
                    WebMvcAutoConfiguration.class,
                    ConsoleAutoConfiguration.class));

    @Test
    void addsNothingUntilItIsSwitchedOn() {
        runner.run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(Assets.class));
    }

    @Test
    void refusesAnApplicationWithoutSpringSecurity() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.security"))
                .withPropertyValues("lanekeeper.console.enabled=true")
                .run(context ->
                        assertThat(context.getStartupFailure()).hasMessageContaining("would be open to everybody"));
    }

    @Test
    void refusesAnApplicationWhoseSpringSecurityHasNoRules() {
        runner.withPropertyValues("lanekeeper.console.enabled=true")
                .run(context ->
                        assertThat(context.getStartupFailure()).hasMessageContaining("would be open to everybody"));
    }

    @Test
    void refusesUsersForWhomNobodyAsks() {
        runner.withConfiguration(AutoConfigurations.of(
                        SecurityAutoConfiguration.class, ServletWebSecurityAutoConfiguration.class))
                .withPropertyValues("lanekeeper.console.enabled=true", "lanekeeper.console.users.ada.password=secret")
                .run(context -> assertThat(context.getStartupFailure())
                        .hasMessageContaining("nobody asks for these names and passwords"));
    }

    @Test
    void refusesAPathThatIsNone() {
        runner.withPropertyValues("lanekeeper.console.enabled=true", "lanekeeper.console.path=admin/")
                .run(context -> assertThat(context.getStartupFailure())
                        .rootCause()
                        .hasMessageContaining("begins with a slash"));
    }
}

package dev.lanekeeper.console;

import dev.lanekeeper.console.ConsoleProperties.SignIn;
import dev.lanekeeper.console.page.Assets;
import dev.lanekeeper.console.page.ConsolePath;
import dev.lanekeeper.console.page.FrameInterceptor;
import dev.lanekeeper.console.page.Preferences;
import dev.lanekeeper.console.page.ProblemPages;
import dev.lanekeeper.console.page.Times;
import dev.lanekeeper.console.page.UnknownPaths;
import dev.lanekeeper.console.page.Views;
import dev.lanekeeper.work.DatabaseClock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.web.method.HandlerTypePredicate;
import org.springframework.web.servlet.ViewResolver;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.PathMatchConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** What surrounds every page. All controllers of this module are found below the console's path by their package. */
@Configuration(proxyBeanMethods = false)
class FrameConfiguration {

    @Bean
    ConsolePath lanekeeperConsolePath(ConsoleProperties properties) {
        return new ConsolePath(properties.path());
    }

    @Bean
    WebMvcConfigurer lanekeeperConsoleMvc(ConsolePath path, ConsoleProperties properties) {
        return new WebMvcConfigurer() {
            @Override
            public void configurePathMatch(PathMatchConfigurer configurer) {
                configurer.addPathPrefix(
                        path.value(), HandlerTypePredicate.forBasePackageClass(ConsoleAutoConfiguration.class));
            }

            @Override
            public void addInterceptors(InterceptorRegistry registry) {
                // Before the gate: a page that tells of a refusal has a frame too.
                registry.addInterceptor(new FrameInterceptor(path, properties.signIn() == SignIn.OWN))
                        .order(Ordered.HIGHEST_PRECEDENCE)
                        .addPathPatterns(path.value(), path.below("/**"));
            }
        };
    }

    @Bean
    ViewResolver lanekeeperConsoleViews() {
        return Views.resolver();
    }

    @Bean
    Times lanekeeperConsoleTimes(ObjectProvider<DatabaseClock> clock, ConsoleProperties properties) {
        return new Times(clock::getObject, properties.zone());
    }

    @Bean
    Assets lanekeeperConsoleAssets() {
        return new Assets();
    }

    @Bean
    Preferences lanekeeperConsolePreferences(ConsolePath path) {
        return new Preferences(path);
    }

    @Bean
    UnknownPaths lanekeeperConsoleUnknownPaths() {
        return new UnknownPaths();
    }

    @Bean
    ProblemPages lanekeeperConsoleProblemPages() {
        return new ProblemPages();
    }
}
